import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '../../test/support/daemon.js';
import type { Chance } from './chance.js';
import type { RunRecord } from './record.js';
import type { World } from './world.js';

/** Sends requests to the daemons as a client behind a load balancer does. */
export interface Requests {
  /**
   * Sends the request to a random daemon, again until it is answered by something else than a
   * failure that passes: no connection, a status of 500 or more, or too many requests. Sometimes
   * sends it twice at once. Throws if there is no such answer for two minutes.
   */
  send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>;
}

const patienceMs = 120_000;
const pauseMs = 300;
const requestTimeoutMs = 60_000;
const probabilityOfRepeat = 0.03;

export function createRequests(world: World, chance: Chance, record: RunRecord): Requests {
  async function sendOnce(method: 'GET' | 'POST', path: string, body: unknown): Promise<Answer | undefined> {
    const daemon = chance.oneOf(world.daemons);
    const late = delay(requestTimeoutMs, 'late' as const, { ref: false });
    const answer = await Promise.race([
      daemon.call(method, path, body, world.sharedSecret).catch(() => undefined),
      late,
    ]);
    if (answer === 'late') {
      // A daemon that is stopped by a signal does not answer, and neither does the kernel refuse.
      record.count('requests without an answer');
      return undefined;
    }
    record.count(answer === undefined ? 'requests without a connection' : `answers with ${answer.status}`);
    if (answer?.status === 500) record.violate(`${method} ${path}: 500 ${answer.text.slice(0, 200)}`);
    return answer;
  }

  return {
    async send(method, path, body) {
      const until = performance.now() + patienceMs;
      let last = 'no connection';
      while (performance.now() < until) {
        const repeated = chance.happens(probabilityOfRepeat) ? sendOnce(method, path, body) : undefined;
        const answer = await sendOnce(method, path, body);
        await repeated;
        if (answer && answer.status < 500 && answer.status !== 429) return answer;
        last = answer ? `${answer.status} ${answer.text.slice(0, 200)}` : 'no connection';
        await delay(pauseMs);
      }
      throw new Error(`${method} ${path.replace(/\?.*/, '')}: no answer in ${patienceMs} ms, at last ${last}`);
    },
  };
}
