import { generateKeyPairSync } from 'node:crypto';
import { install, type ConfigOverrides, type Installation } from '../test/support/daemon.js';

/** A daemon with one account of its own. */
export interface MatrixDaemon {
  readonly gangway: Installation;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const unlimited = { max: 1_000_000, window_seconds: 1 };

/**
 * Starts the built daemon with accounts of its own and without limits on logins. Telegram is not
 * there, and not asked.
 */
export async function startMatrixDaemon(overrides: ConfigOverrides = {}): Promise<MatrixDaemon> {
  const gangway = await install(
    {
      dataCentres: [{ id: 1, ip: '127.0.0.1', port: 9 }],
      publicKeyPem: String(publicKey.export({ type: 'pkcs1', format: 'pem' })),
    },
    {
      logging: { level: 'info' },
      ...overrides,
      accounts: {
        limits: { per_address: unlimited, per_account: unlimited, failures_per_account: unlimited },
        ...overrides['accounts'],
      },
    },
  );
  const password = 'correct horse battery staple';
  await gangway.start();
  await gangway.addUser('@alice:example.test', password);
  return { gangway, user: '@alice:example.test', password, stop: () => gangway.remove() };
}
