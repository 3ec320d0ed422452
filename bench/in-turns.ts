import { cpuMs } from './process-usage.js';
import { percentile } from './statistics.js';

/** One of the servers that are compared, and a request to it. */
export interface Side {
  readonly name: string;
  /** The ID of its process. */
  readonly pid: number | undefined;
  /** Sends one request, and rejects unless it succeeds. */
  request(): Promise<void>;
}

/** Milliseconds: CPU time of the server per request, and the median time of a request. */
export interface Cost {
  readonly cpu: number;
  readonly median: number;
}

const rounds = 10;

/**
 * Sends so many requests one after another to each side, in ten rounds in which the sides take
 * turns, after a round of `warmUp` requests that is not counted. Other work on the machine then
 * concerns all sides.
 */
export async function measureInTurns(
  sides: readonly Side[],
  requests: number,
  warmUp = Math.round(requests / rounds),
): Promise<readonly Cost[]> {
  const perRound = Math.max(1, Math.round(requests / rounds));
  const measured = sides.map((side) => ({ side, cpu: [] as number[], times: [] as number[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { side, cpu, times } of measured) {
      const before = await cpuMs(side.pid);
      const wanted = round === 0 ? warmUp : perRound;
      for (let sent = 0; sent < wanted; sent += 1) {
        const begunAt = performance.now();
        await side.request();
        if (round > 0) times.push(performance.now() - begunAt);
      }
      const used = (await cpuMs(side.pid)) - before;
      if (round > 0) cpu.push(used / perRound);
    }
  }
  return measured.map(({ cpu, times }) => ({ cpu: percentile(cpu, 50), median: percentile(times, 50) }));
}
