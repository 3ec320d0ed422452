import { magicPasswords } from '../src/sandbox/world/magic.js';
import { install, type Answer, type Installation } from '../test/support/daemon.js';
import { startSandboxProcess, type SandboxProcess } from '../test/support/sandbox-process.js';
import { cpuMs } from './process-usage.js';
import { percentile } from './statistics.js';
import { startTelegramPeer, type TelegramSteps } from './telegram-peer.js';

const logins = 60;
/** These are not counted: compilers and caches warm up. */
const warmingUp = 15;
const getMes = 100;

/** One of the programs that are compared. */
interface Program {
  readonly name: string;
  readonly pid: number | undefined;
  readonly steps: TelegramSteps;
  readonly costs: Map<string, Cost[]>;
}

/** CPU time and duration in milliseconds. */
interface Cost {
  readonly cpu: number;
  readonly time: number;
}

type Bare = 'gramjs' | 'mtcute';

/** The largest ratio of Gangway on an engine to a library alone. */
interface Aim {
  readonly on: Bare;
  readonly to: Bare;
  readonly of: keyof Cost;
  readonly atMost: number;
}

const aims: Readonly<Record<string, readonly Aim[]>> = {
  'login without password': [
    { on: 'gramjs', to: 'gramjs', of: 'cpu', atMost: 0.5 },
    { on: 'mtcute', to: 'gramjs', of: 'cpu', atMost: 0.6 },
  ],
  'login with password': [
    { on: 'gramjs', to: 'gramjs', of: 'cpu', atMost: 0.5 },
    { on: 'mtcute', to: 'gramjs', of: 'cpu', atMost: 0.6 },
  ],
  request_code: [
    { on: 'gramjs', to: 'gramjs', of: 'time', atMost: 0.2 },
    { on: 'mtcute', to: 'gramjs', of: 'time', atMost: 0.2 },
  ],
  'sleeping get_me': [
    { on: 'gramjs', to: 'gramjs', of: 'time', atMost: 1.3 },
    { on: 'mtcute', to: 'mtcute', of: 'time', atMost: 1.2 },
  ],
};

/**
 * Logins and calls through the daemon beside gramjs and mtcute alone, over one sandbox that demands
 * the work of Telegram's key exchange. The programs take turns.
 */
export async function measureTelegram(print: (line: string) => void): Promise<void> {
  const sandbox = await startSandboxProcess('--large-primes');
  const [onGramjs, onMtcute] = [await installed(sandbox, 'gramjs'), await installed(sandbox, 'mtcute')];
  const [gramjs, mtcute] = [await startTelegramPeer('gramjs', sandbox), await startTelegramPeer('mtcute', sandbox)];
  try {
    await Promise.all([onGramjs.start(), onMtcute.start()]);
    const program = (name: string, pid: number | undefined, steps: TelegramSteps): Program => ({
      name,
      pid,
      steps,
      costs: new Map(),
    });
    const programs = [
      program('Gangway on gramjs', onGramjs.pid(), stepsOf(onGramjs)),
      program('Gangway on mtcute', onMtcute.pid(), stepsOf(onMtcute)),
      program('gramjs', gramjs.pid, gramjs),
      program('mtcute', mtcute.pid, mtcute),
    ];
    await logInAll(programs);
    await getMeOfAll(programs);
    printTable(print, programs);
  } finally {
    await Promise.all([gramjs.stop(), mtcute.stop()]);
    await Promise.all([onGramjs.remove(), onMtcute.remove()]);
    await sandbox.stop();
  }
}

/** With one live connection, each call for another user connects again. */
function installed(sandbox: SandboxProcess, engine: Bare): Promise<Installation> {
  return install(sandbox, {
    logging: { level: 'info' },
    login: { attempts_per_user: { max: 1_000_000, window_seconds: 1 } },
    telegram: { engine, connection: { max_live_clients: 1 } },
  });
}

function stepsOf(gangway: Installation): TelegramSteps {
  const mxidOf = (phone: string) => `@user${phone.slice(1)}:example.test`;
  const succeed = async (answer: Promise<Answer>): Promise<void> => {
    const { status, text } = await answer;
    if (status !== 200 && status !== 202) throw new Error(`${status} ${text}`);
  };
  return {
    requestCode: (phone) => succeed(gangway.login(mxidOf(phone), 'request_code', { phone })),
    enterCode: (phone, code) => succeed(gangway.login(mxidOf(phone), 'send_code', { code })),
    enterPassword: (phone, password) => succeed(gangway.login(mxidOf(phone), 'send_password', { password })),
    getMe: (phone) => succeed(gangway.getMe(mxidOf(phone))),
  };
}

/** Magic numbers of data centre 1, to which clients connect first: the code is 11111. */
const phoneOf = (index: number, hasPassword: boolean, program: number): string =>
  `+999661${hasPassword ? 1 : 0}${String(index * 4 + program).padStart(3, '0')}`;

async function logInAll(programs: readonly Program[]): Promise<void> {
  for (let index = -warmingUp; index < logins; index += 1) {
    for (const hasPassword of [false, true]) {
      for (const [number, program] of programs.entries()) {
        const phone = phoneOf(index + warmingUp, hasPassword, number);
        const costs: [step: string, cost: Cost][] = [
          ['request_code', await costOf(program, () => program.steps.requestCode(phone))],
          ['send_code', await costOf(program, () => program.steps.enterCode(phone, '11111'))],
        ];
        if (hasPassword) {
          const { password } = magicPasswords.password;
          costs.push(['password step', await costOf(program, () => program.steps.enterPassword(phone, password))]);
        }
        if (index < 0) continue;
        costs.push([`login with${hasPassword ? '' : 'out'} password`, sum(costs.map(([, cost]) => cost))]);
        for (const [name, cost] of costs) note(program, name, cost);
      }
    }
  }
}

async function getMeOfAll(programs: readonly Program[]): Promise<void> {
  for (let index = -warmingUp; index < getMes; index += 1) {
    for (const [number, program] of programs.entries()) {
      // Each login of these two users is a key of its own, so the other one has been closed.
      const phone = phoneOf(Math.abs(index) % 2, false, number);
      const cost = await costOf(program, () => program.steps.getMe(phone));
      if (index >= 0) note(program, 'sleeping get_me', cost);
    }
  }
}

async function costOf({ pid }: Program, work: () => Promise<void>): Promise<Cost> {
  const before = await cpuMs(pid);
  const begunAt = performance.now();
  await work();
  const time = performance.now() - begunAt;
  return { cpu: (await cpuMs(pid)) - before, time };
}

function note({ costs }: Program, name: string, cost: Cost): void {
  const noted = costs.get(name) ?? [];
  noted.push(cost);
  costs.set(name, noted);
}

const sum = (costs: readonly Cost[]): Cost =>
  costs.reduce((all, { cpu, time }) => ({ cpu: all.cpu + cpu, time: all.time + time }), { cpu: 0, time: 0 });

function printTable(print: (line: string) => void, programs: readonly Program[]): void {
  const names = programs.map(({ name }) => name);
  const head = ['step', ...names.map((name) => `CPU, ${name}`), ...names.map((name) => `median, ${name}`)];
  print(`| ${[...head, 'aims'].join(' | ')} |`);
  print(`| ${[...head, ''].map(() => '---').join(' | ')} |`);
  const [first] = programs;
  for (const name of first?.costs.keys() ?? []) {
    const medianOf = (of: keyof Cost, program: string) =>
      percentile(
        programs
          .find((one) => one.name === program)
          ?.costs.get(name)
          ?.map((cost) => cost[of]) ?? [],
        50,
      );
    const values = (['cpu', 'time'] as const).flatMap((of) => names.map((program) => medianOf(of, program)));
    const verdicts = (aims[name] ?? []).map(({ on, to, of, atMost }) => {
      const ratio = medianOf(of, `Gangway on ${on}`) / medianOf(of, to);
      return `${on} to ${to} alone, ${of}: ${ratio.toFixed(2)} (${atMost}: ${ratio <= atMost ? 'met' : 'missed'})`;
    });
    print(`| ${[name, ...values.map((value) => `${value.toFixed(1)} ms`), verdicts.join('; ')].join(' | ')} |`);
  }
}
