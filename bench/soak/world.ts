import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type Installation } from '../../test/support/daemon.js';
import { startPostgresServer, type PostgresServer } from '../../test/support/postgres-server.js';
import { startStandInBridge, type StandInBridge } from '../../test/support/stand-in-bridge/stand-in-bridge.js';

/** What a run consists of. */
export interface RunPlan {
  readonly database: 'SQLite' | 'PostgreSQL';
  readonly daemons: number;
  readonly hasBridge: boolean;
  readonly engine: 'gramjs' | 'mtcute';
  readonly logLevel: 'debug' | 'info';
}

/** The parts of a run. */
export interface World {
  readonly plan: RunPlan;
  readonly sandbox: Sandbox;
  readonly bridge: StandInBridge | undefined;
  readonly postgres: PostgresServer | undefined;
  readonly daemons: readonly Installation[];
  readonly databaseUri: string;
  readonly encryptionKey: string;
  readonly sharedSecret: string;
  stop(): Promise<void>;
}

const unlimited = { max: 1_000_000, window_seconds: 1 };

/** Starts the sandbox, the bridge, the database and the daemons. The caller stops them. */
export async function startWorld(plan: RunPlan): Promise<World> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const sandbox = await startSandbox({ clock: systemClock, random: systemRandom, strictKeys: true });
    closers.push(() => sandbox.stop());
    const bridge = plan.hasBridge ? await startStandInBridge({ sandbox }) : undefined;
    if (bridge) closers.push(() => bridge.stop());
    const folder = await mkdtemp(join(tmpdir(), 'gangway-soak-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const postgres = plan.database === 'PostgreSQL' ? await startPostgresServer(tmpdir()) : undefined;
    if (plan.database === 'PostgreSQL' && !postgres) throw new Error('no PostgreSQL server found');
    if (postgres) closers.push(() => postgres.stop());
    const databaseUri = postgres?.uri ?? `sqlite:${join(folder, 'gangway.db')}`;

    const overrides = {
      database: { uri: databaseUri },
      telegram: { engine: plan.engine, connection: { connect_timeout_seconds: 8, call_timeout_seconds: 6 } },
      login: { attempts_per_user: unlimited },
      logging: { level: plan.logLevel },
      bridge: {
        permissions: { 'example.test': 'user' },
        ...(bridge && { upstream: { address: bridge.url, shared_secret: bridge.sharedSecret } }),
      },
    };
    const first = await install(sandbox, overrides);
    const { sharedSecret, encryptionKey } = first;
    const shared = { encryption: { key: encryptionKey }, provisioning: { shared_secret: sharedSecret } };
    const daemons = [first];
    while (daemons.length < plan.daemons) daemons.push(await install(sandbox, { ...overrides, ...shared }));
    for (const daemon of daemons) closers.push(() => daemon.remove());
    await Promise.all(daemons.map((daemon) => daemon.start()));
    return { plan, sandbox, bridge, postgres, daemons, databaseUri, encryptionKey, sharedSecret, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
