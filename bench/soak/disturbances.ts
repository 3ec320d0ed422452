import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { BridgePoint } from '../../test/support/stand-in-bridge/faults.js';
import type { Chance } from './chance.js';
import type { RunRecord } from './record.js';
import type { World } from './world.js';

/** Something that goes wrong for a while. Resolves when it is over. */
type Disturbance = (world: World, chance: Chance, signal: AbortSignal) => Promise<void>;

const methods = ['auth.sendCode', 'auth.signIn', 'auth.checkPassword', 'users.getUsers', 'auth.logOut'];
const bridgePoints: readonly BridgePoint[] = ['whoami', 'start', 'step', 'logout'];

/** Waits, but not after the end of the run. */
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);

const cutConnections: Disturbance = ({ sandbox }) => {
  sandbox.control.cutConnections();
  return Promise.resolve();
};

const fault =
  (kind: 'silent' | 'drop', longestMs: number): Disturbance =>
  async ({ sandbox }, chance, signal) => {
    const method = chance.happens(0.7) ? { method: chance.oneOf(methods) } : {};
    const lift = sandbox.control.addFault({ kind, ...method });
    await pause(chance.below(longestMs), signal);
    lift();
  };

const refuseConnections: Disturbance = async ({ sandbox }, chance, signal) => {
  const lift = sandbox.control.addFault({ kind: 'refuse' });
  sandbox.control.cutConnections();
  await pause(chance.below(4_000), signal);
  lift();
};

const delayAnswers: Disturbance = async ({ sandbox }, chance, signal) => {
  const lift = sandbox.control.addFault({ kind: 'delay', ms: 500 + chance.below(1_500) });
  await pause(chance.below(5_000), signal);
  lift();
};

const answerErrors: Disturbance = async ({ sandbox }, chance, signal) => {
  const [code, message] = chance.oneOf([
    [500, 'INTERNAL'],
    [-503, 'Timedout'],
    [420, 'FLOOD_WAIT_1'],
  ] as const);
  const lift = sandbox.control.addFault({ kind: 'rpc_error', code, message, method: chance.oneOf(methods) });
  await pause(chance.below(3_000), signal);
  lift();
};

const killDaemon: Disturbance = async ({ daemons }, chance, signal) => {
  const daemon = chance.oneOf(daemons);
  await daemon.kill();
  await pause(chance.below(1_000), signal);
  await daemon.start();
};

const restartDaemon: Disturbance = async ({ daemons }, chance) => {
  const daemon = chance.oneOf(daemons);
  await daemon.stop();
  await daemon.start();
};

/** Stands still for longer than a lease, sometimes. */
const suspendDaemon: Disturbance = async ({ daemons }, chance, signal) => {
  const pid = chance.oneOf(daemons).pid();
  if (pid === undefined) return;
  process.kill(pid, 'SIGSTOP');
  await pause(chance.below(20_000), signal);
  process.kill(pid, 'SIGCONT');
};

const cutDatabase: Disturbance = async ({ postgres }) => {
  if (!postgres) return;
  const client = new pg.Client({ connectionString: postgres.uri });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  await client.end();
};

const stopBridge: Disturbance = async ({ bridge }, chance, signal) => {
  if (!bridge) return;
  await bridge.goDown();
  await pause(chance.below(5_000), signal);
  await bridge.comeUp();
};

const restartBridge: Disturbance = async ({ bridge }) => bridge?.restart();

const failBridge: Disturbance = ({ bridge }, chance) => {
  const kind = chance.oneOf(['drop', 'lose_answer'] as const);
  bridge?.fail(chance.oneOf(bridgePoints), { kind });
  return Promise.resolve();
};

/** By name, with how often each happens in proportion to the others. */
function disturbancesOf({ plan }: World, withRestarts: boolean): readonly (readonly [string, Disturbance])[] {
  return [
    ['all connections to Telegram cut', cutConnections],
    ['Telegram silent', fault('silent', 4_000)],
    ['Telegram drops connections', fault('drop', 3_000)],
    ['Telegram refuses connections', refuseConnections],
    ['Telegram slow', delayAnswers],
    ['Telegram answers errors', answerErrors],
    ...(withRestarts
      ? ([
          ['daemon killed', killDaemon],
          ['daemon restarted', restartDaemon],
        ] as const)
      : []),
    ...(plan.daemons > 1 ? ([['daemon suspended', suspendDaemon]] as const) : []),
    ...(plan.database === 'PostgreSQL' ? ([['connections to PostgreSQL cut', cutDatabase]] as const) : []),
    ...(plan.hasBridge
      ? ([
          ['bridge down', stopBridge],
          ['bridge restarted', restartBridge],
          ['bridge loses a request or an answer', failBridge],
        ] as const)
      : []),
  ];
}

/** Disturbs the world until the signal, one disturbance after another, with pauses. */
export async function disturb(world: World, { chance, record, signal, mayRestart }: DisturbOptions): Promise<void> {
  while (!signal.aborted) {
    await pause(500 + chance.below(3_500), signal);
    if (signal.aborted) return;
    const [name, disturbance] = chance.oneOf(disturbancesOf(world, mayRestart()));
    record.count(`disturbances: ${name}`);
    await disturbance(world, chance, signal);
  }
}

export interface DisturbOptions {
  readonly chance: Chance;
  readonly record: RunRecord;
  readonly signal: AbortSignal;
  /** Whether daemons may be restarted now. */
  readonly mayRestart: () => boolean;
}
