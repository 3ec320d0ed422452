import { setTimeout as delay } from 'node:timers/promises';
import { residentMiB } from '../process-usage.js';
import { percentile } from '../statistics.js';
import type { World } from './world.js';

const sampleMs = 2_000;

/**
 * Resident memory of a process that was not restarted, in MiB: medians of its first and last third.
 */
export interface MemoryUse {
  readonly minutes: number;
  readonly first: number;
  readonly last: number;
}

/** Samples the memory of the daemons until the signal, and returns that of their last processes. */
export async function sampleMemory({ daemons }: World, signal: AbortSignal): Promise<readonly MemoryUse[]> {
  const samples = new Map<number, number[]>();
  while (!signal.aborted) {
    for (const pid of daemons.map((daemon) => daemon.pid())) {
      const used = await residentMiB(pid);
      if (pid !== undefined && !Number.isNaN(used)) samples.set(pid, [...(samples.get(pid) ?? []), used]);
    }
    await delay(sampleMs, undefined, { signal }).catch(() => undefined);
  }
  const last = daemons.map((daemon) => samples.get(daemon.pid() ?? 0) ?? []);
  return last.map((used) => {
    const third = Math.ceil(used.length / 3);
    return {
      minutes: (used.length * sampleMs) / 60_000,
      first: percentile(used.slice(0, third), 50),
      last: percentile(used.slice(-third), 50),
    };
  });
}
