import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Sends bursts of requests from a process of its own, so that its work does not count as ours. */
export interface BurstProcess {
  /** Sends the POST so many times at once; the statuses of the answers. */
  send(request: Burst): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** A burst of equal requests. */
export interface Burst {
  readonly url: string;
  readonly body: string;
  readonly times: number;
}

const burst = z.object({ url: z.string(), body: z.string(), times: z.number() });

/** Starts the process. */
export async function startBurstProcess(): Promise<BurstProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['burst']);
  const exited = once(child, 'exit');
  await once(child, 'message');
  return {
    async send(request) {
      const answered = once(child, 'message');
      child.send(request);
      const [statuses]: unknown[] = await answered;
      return z.array(z.number()).parse(statuses);
    },
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}

if (process.argv[2] === 'burst') {
  process.on('message', (message) => {
    const { url, body, times } = burst.parse(message);
    const post = async () => {
      const response = await fetch(url, { method: 'POST', body });
      await response.arrayBuffer();
      return response.status;
    };
    void Promise.all(Array.from({ length: times }, post)).then((statuses) => process.send?.(statuses));
  });
  process.send?.('ready');
}
