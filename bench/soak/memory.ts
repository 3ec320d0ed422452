import { setTimeout as delay } from 'node:timers/promises';
import type { Installation } from '../../test/support/daemon.js';
import { inspectHeap } from '../heap-inspector.js';
import { percentile } from '../statistics.js';
import type { World } from './world.js';

const sampleMs = 20_000;
/** A suspended daemon does not answer. */
const answerMs = 10_000;

/**
 * The heap of all threads of a process that was not restarted, in MiB, after garbage collection:
 * medians of its first and last third. Resident memory would also show what is not collected yet.
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
    for (const daemon of daemons) {
      const pid = daemon.pid();
      const used = await Promise.race([heapOf(daemon), delay(answerMs, undefined)]);
      if (pid !== undefined && used !== undefined) samples.set(pid, [...(samples.get(pid) ?? []), used]);
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

/** Returns undefined if the daemon ends meanwhile. */
async function heapOf(daemon: Installation): Promise<number | undefined> {
  try {
    const heap = await inspectHeap(daemon);
    try {
      return await heap.usedMiB();
    } finally {
      heap.close();
    }
  } catch {
    return undefined;
  }
}
