import { createChance } from './chance.js';
import { disturb } from './disturbances.js';
import { checkInvariants } from './invariants.js';
import { personOf } from './login-flows.js';
import { sampleMemory, type MemoryUse } from './memory.js';
import { createRecord, type RunRecord } from './record.js';
import { createRequests } from './requests.js';
import { createVirtualUser, type VirtualUser } from './virtual-user.js';
import { startWorld, type RunPlan } from './world.js';

export interface RunResult {
  readonly record: RunRecord;
  readonly memory: readonly MemoryUse[];
  readonly seconds: number;
}

const userCount = 24;
/** Daemons are restarted in this first part only: the memory of a process needs time to grow. */
const restartingShare = 0.5;
/** Growth of the heap that is not reported: caches fill, and connections come and go. */
const maxGrowth = 1.25;
const minMinutesForGrowth = 5;

/** Runs users and disturbances for so many seconds, and checks what must be true then. */
export async function soak(plan: RunPlan, { seconds, seed }: { seconds: number; seed: number }): Promise<RunResult> {
  const record = createRecord();
  const world = await startWorld(plan);
  const begunAt = performance.now();
  const elapsed = () => (performance.now() - begunAt) / 1_000;
  try {
    const signal = AbortSignal.timeout(seconds * 1_000);
    const requests = createRequests(world, createChance(seed), record);
    const users = Array.from({ length: userCount }, (_, index) => {
      const chance = createChance(seed + 1 + index);
      return createVirtualUser(personOf(index), { world, requests, chance, record });
    });
    const memory = sampleMemory(world, signal);
    const disturbing = disturb(world, {
      chance: createChance(seed - 1),
      record,
      signal,
      mayRestart: () => elapsed() < seconds * restartingShare,
    });
    await Promise.all([disturbing, ...users.map((user) => actUntil(signal, user, record))]);
    world.sandbox.control.clearFaults();
    world.bridge?.clearFaults();
    await checkInvariants(world, { users, requests, record });
    return { record, memory: checkMemory(await memory, record), seconds: elapsed() };
  } finally {
    await world.stop().catch((error: unknown) => record.violate(`end: ${String(error)}`));
  }
}

async function actUntil(signal: AbortSignal, user: VirtualUser, record: RunRecord): Promise<void> {
  while (!signal.aborted) {
    try {
      await user.act();
    } catch (error) {
      record.violate(`${user.person.mxid}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
  }
}

function checkMemory(memory: readonly MemoryUse[], record: RunRecord): readonly MemoryUse[] {
  for (const { minutes, first, last } of memory) {
    if (minutes < minMinutesForGrowth || last <= first * maxGrowth) continue;
    record.violate(`heap: ${first.toFixed(1)} to ${last.toFixed(1)} MiB in ${minutes.toFixed(1)} minutes`);
  }
  return memory;
}
