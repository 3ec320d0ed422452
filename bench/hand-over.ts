import { setTimeout as delay } from 'node:timers/promises';
import { install, type Installation } from '../test/support/daemon.js';
import { startSandboxProcess, type SandboxProcess } from '../test/support/sandbox-process.js';
import { cpuMs, peakMiB } from './process-usage.js';
import { describeTimes, percentile } from './statistics.js';
import { startStubBridge, type StubBridge } from './stub-bridge.js';

const inTurn = 150;
/** These are not counted. */
const warmingUp = 30;
/**
 * After a login, the daemon closes its connection and writes down that the bridge has the session.
 */
const settlingMs = 50;
/** Logins that are handed over are those of users with this number and higher ones. */
const firstAutomatic = 200;
const atOnce = 200;
const slowMs = 5_000;
const frontCalls = 200;

const mxidOf = (number: number) => `@user${number}:example.test`;
/** Magic numbers of data centre 2 without a password: the code is 22222. */
const phoneOf = (number: number) => `9996620${String(number).padStart(3, '0')}`;

/**
 * What Gangway adds to the bridge's own time: from the last step of a login until the bridge has
 * it, for one after another and for many at once, and for calls about logins that the bridge has.
 */
export async function measureHandOver(print: (line: string) => void): Promise<void> {
  // Returns the sandbox's ID of a user is 7000 and the phone number without 99966.
  const telegramIdOf = (mxid: string) => `7000${phoneOf(Number(/\d+/.exec(mxid)?.[0])).slice(5)}`;
  const sandbox = await startSandboxProcess();
  const bridge = await startStubBridge(telegramIdOf);
  try {
    await one(print, sandbox, bridge);
    await many(print, sandbox, bridge);
  } finally {
    await bridge.stop();
    await sandbox.stop();
  }
}

async function withDaemon(
  sandbox: SandboxProcess,
  bridge: StubBridge,
  handOver: 'automatic' | 'off',
  work: (gangway: Installation) => Promise<void>,
): Promise<void> {
  const unlimited = { max: 1_000_000, window_seconds: 1 };
  const gangway = await install(sandbox, {
    logging: { level: 'info' },
    login: { attempts_per_user: unlimited },
    bridge: {
      permissions: { 'example.test': 'user' },
      upstream: { address: bridge.url, shared_secret: bridge.sharedSecret, hand_over: handOver },
    },
  });
  try {
    await gangway.start();
    await work(gangway);
  } finally {
    await gangway.remove();
  }
}

async function one(print: (line: string) => void, sandbox: SandboxProcess, bridge: StubBridge): Promise<void> {
  bridge.takesMs = 0;
  const cpu = { automatic: [] as number[], off: [] as number[] };
  const added: number[] = [];
  await withDaemon(sandbox, bridge, 'off', (off) =>
    withDaemon(sandbox, bridge, 'automatic', async (automatic) => {
      for (let index = 0; index < warmingUp + inTurn; index += 1) {
        const offMs = await cpuOf(off, () => logIn(off, index));
        let addedMs = 0;
        const automaticMs = await cpuOf(automatic, async () => {
          const sentAt = await logIn(automatic, firstAutomatic + index);
          addedMs = (await arrival(bridge, firstAutomatic + index)) - sentAt;
        });
        if (index < warmingUp) continue;
        cpu.off.push(offMs);
        cpu.automatic.push(automaticMs);
        added.push(addedMs);
      }
      print(`from the last step to the bridge, beyond the bridge's own time: ${describeTimes(added)}`);
      for (const [name, percent] of [
        ['median', 50],
        ['90th percentile', 90],
      ] as const) {
        const [withMs, withoutMs] = [percentile(cpu.automatic, percent), percentile(cpu.off, percent)];
        const difference = (withMs - withoutMs).toFixed(1);
        print(
          `CPU per login, ${name}: ${withMs.toFixed(1)} ms, ${withoutMs.toFixed(1)} ms without a hand-over: ${difference} ms`,
        );
      }
      await front(print, automatic, bridge, firstAutomatic);
    }),
  );
}

/** Returns the CPU time that the daemon takes for that, and for what follows by itself. */
async function cpuOf(gangway: Installation, work: () => Promise<unknown>): Promise<number> {
  const before = await cpuMs(gangway.pid());
  await work();
  await delay(settlingMs);
  return (await cpuMs(gangway.pid())) - before;
}

/** Logs a user in, and returns when the last step was sent. */
async function logIn(gangway: Installation, number: number): Promise<number> {
  await gangway.login(mxidOf(number), 'request_code', { phone: `+${phoneOf(number)}` });
  return lastStep(gangway, number);
}

async function lastStep(gangway: Installation, number: number): Promise<number> {
  const sentAt = performance.now();
  const { status, text } = await gangway.login(mxidOf(number), 'send_code', { code: '22222' });
  if (status !== 200) throw new Error(`send_code: ${status} ${text}`);
  return sentAt;
}

async function arrival(bridge: StubBridge, number: number): Promise<number> {
  for (;;) {
    const at = bridge.hasSince.get(mxidOf(number));
    if (at !== undefined) return at;
    await delay(1);
  }
}

async function front(
  print: (line: string) => void,
  gangway: Installation,
  bridge: StubBridge,
  number: number,
): Promise<void> {
  const query = `?user_id=${encodeURIComponent(mxidOf(number))}`;
  for (const call of ['whoami', 'contacts']) {
    const direct: number[] = [];
    const through: number[] = [];
    for (let time = -20; time < frontCalls; time += 1) {
      const begunAt = performance.now();
      await (await fetch(`${bridge.url}/_matrix/provision/v3/${call}${query}`)).text();
      const between = performance.now();
      const { status } = await gangway.call('GET', `/v3/${call}${query}`);
      if (status !== 200) throw new Error(`${call}: ${status}`);
      if (time < 0) continue;
      direct.push(between - begunAt);
      through.push(performance.now() - between);
    }
    const addedMs = percentile(through, 50) - percentile(direct, 50);
    print(`${call}: adds ${addedMs.toFixed(1)} ms in the median (${describeTimes(through)})`);
  }
}

async function many(print: (line: string) => void, sandbox: SandboxProcess, bridge: StubBridge): Promise<void> {
  await withDaemon(sandbox, bridge, 'automatic', async (gangway) => {
    const numbers = Array.from({ length: atOnce }, (_, index) => 400 + index);
    for (const number of numbers) {
      await gangway.login(mxidOf(number), 'request_code', { phone: `+${phoneOf(number)}` });
    }
    bridge.takesMs = slowMs;
    const resting = await peakMiB(gangway.pid());
    const begunAt = performance.now();
    const answers = await Promise.all(
      numbers.map(async (number) => {
        const sentAt = await lastStep(gangway, number);
        return performance.now() - sentAt;
      }),
    );
    const arrivals = await Promise.all(numbers.map((number) => arrival(bridge, number)));
    const lastMs = Math.max(...arrivals) - begunAt;
    const grown = (await peakMiB(gangway.pid())) - resting;
    print(`${atOnce} logins at once, a bridge that takes ${slowMs} ms: all handed over after ${lastMs.toFixed(0)} ms`);
    print(`  answers of the last step: ${describeTimes(answers)}`);
    print(`  the peak of memory grew by ${grown.toFixed(0)} MiB`);
  });
}
