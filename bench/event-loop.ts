import { systemClock } from '../src/base/clock.js';
import type { Logger } from '../src/base/logger.js';
import { PhoneNumber } from '../src/base/phone.js';
import { Secret } from '../src/base/secret.js';
import { magicPasswords } from '../src/sandbox/world/magic.js';
import type { TelegramConnection } from '../src/telegram/gateway.js';
import { createGramjsGateway } from '../src/telegram/gramjs/gateway.js';
import { createConnectionPool } from '../src/telegram/pool.js';
import { startCheapRequests } from './cheap-requests.js';
import { startSandboxProcess } from '../test/support/sandbox-process.js';
import { describeTimes, percentile } from './statistics.js';

const logins = 50;
const idleMs = 3_000;
const rounds = 3;

const quiet = () => undefined;
const logger: Logger = { error: console.error, warn: quiet, info: quiet, debug: quiet };

/**
 * How much 50 logins at once, every other with a password, hold up a cheap request that the same
 * process answers: the 99th percentile of its time, against the same when nothing else goes on.
 */
export async function measureEventLoop(print: (line: string) => void): Promise<void> {
  const sandbox = await startSandboxProcess();
  const gateway = createGramjsGateway({
    apiId: 12_345,
    apiHash: new Secret('0123456789abcdef0123456789abcdef'),
    deviceInfo: { deviceModel: 'Bench', systemVersion: '1', appVersion: '1', langCode: 'en', systemLangCode: 'en' },
    dataCentres: sandbox.dataCentres,
    publicKeys: [sandbox.publicKeyPem],
    logger,
    clock: systemClock,
    workerUrl: new URL('../dist/src/gramjs-worker.js', import.meta.url),
  });
  const pool = createConnectionPool({ gateway, clock: systemClock, logger, maxLive: logins, idleCloseMs: 60_000 });
  const requests = await startCheapRequests();
  try {
    const logInAll = (round: number) =>
      Promise.all(
        Array.from({ length: logins }, (_, index) =>
          pool.use(`${round} ${index}`, undefined, (connection) => logIn(connection, index)),
        ),
      );
    await requests.during(() => logInAll(0));
    const ratios: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const idle = await requests.during(() => new Promise((resolve) => setTimeout(resolve, idleMs)));
      const begunAt = performance.now();
      const busy = await requests.during(() => logInAll(round));
      const tookMs = performance.now() - begunAt;
      const ratio = percentile(busy, 99) / percentile(idle, 99);
      ratios.push(ratio);
      print(`round ${round}: ${logins} logins in ${tookMs.toFixed(0)} ms`);
      print(`  idle  ${describeTimes(idle)}`);
      print(`  busy  ${describeTimes(busy)}`);
      print(`  p99 busy / p99 idle = ${ratio.toFixed(1)}`);
    }
    print(`median ratio of ${rounds} rounds: ${percentile(ratios, 50).toFixed(1)}`);
  } finally {
    await pool.close();
    await gateway.close();
    await requests.stop();
    await sandbox.stop();
  }
}

async function logIn(connection: TelegramConnection, index: number): Promise<void> {
  const range = index % 2 === 0 ? '0' : '1';
  const phone = PhoneNumber.parse(`999661${range}${String(index).padStart(3, '0')}`);
  if (phone === undefined) throw new Error('no phone number');
  const { phoneCodeHash } = await connection.sendCode(phone);
  const result = await connection.signIn(phone, phoneCodeHash, new Secret('11111'));
  if (result.kind === 'password_needed') {
    await connection.checkPassword(new Secret(magicPasswords.password.password));
  }
}
