import { systemClock } from '../src/base/clock.js';
import type { Logger } from '../src/base/logger.js';
import { PhoneNumber } from '../src/base/phone.js';
import { Secret } from '../src/base/secret.js';
import { magicPasswords } from '../src/sandbox/world/magic.js';
import type { TelegramConnection } from '../src/telegram/gateway.js';
import { createGramjsGateway, type GramjsGatewayOptions } from '../src/telegram/gramjs/gateway.js';
import { createMtcuteGateway } from '../src/telegram/mtcute/gateway.js';
import { createConnectionPool, type ConnectionPool } from '../src/telegram/pool.js';
import { startCheapRequests } from './cheap-requests.js';
import { startSandboxProcess, type SandboxProcess } from '../test/support/sandbox-process.js';
import { describeTimes, percentile } from './statistics.js';

const logins = 50;
const idleMs = 3_000;
const rounds = 3;

const quiet = () => undefined;
const logger: Logger = { error: console.error, warn: quiet, info: quiet, debug: quiet };

const engines = {
  gramjs: createGramjsGateway,
  mtcute: createMtcuteGateway,
};

/**
 * How much 50 logins at once, every other with a password, hold up a cheap request that the same
 * process answers: the 99th percentile of its time, against the same when nothing else goes on. For
 * each engine in turns, on a sandbox that demands the work of Telegram's key exchange.
 */
export async function measureEventLoop(print: (line: string) => void): Promise<void> {
  const sandbox = await startSandboxProcess('--large-primes');
  const requests = await startCheapRequests();
  const setups = Object.entries(engines).map(([engine, createGateway]) => {
    const gateway = createGateway(optionsFor(sandbox));
    const pool = createConnectionPool({ gateway, clock: systemClock, logger, maxLive: logins, idleCloseMs: 60_000 });
    return { engine, gateway, pool, ratios: [] as number[] };
  });
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const idle = await requests.during(() => new Promise((resolve) => setTimeout(resolve, idleMs)));
      if (round > 0) print(`round ${round}\n  idle    ${describeTimes(idle)}`);
      for (const { engine, pool, ratios } of setups) {
        const begunAt = performance.now();
        const busy = await requests.during(() => logInAll(pool, round));
        const tookMs = performance.now() - begunAt;
        // A round before the first warms everything up.
        if (round === 0) continue;
        const ratio = percentile(busy, 99) / percentile(idle, 99);
        ratios.push(ratio);
        print(`  ${engine}  ${describeTimes(busy)}; p99 busy / p99 idle = ${ratio.toFixed(1)}`);
        print(`          ${logins} logins in ${tookMs.toFixed(0)} ms`);
      }
    }
    for (const { engine, ratios } of setups) {
      print(`median ratio of ${rounds} rounds on ${engine}: ${percentile(ratios, 50).toFixed(1)}`);
    }
  } finally {
    for (const { pool, gateway } of setups) {
      await pool.close();
      await gateway.close();
    }
    await requests.stop();
    await sandbox.stop();
  }
}

function optionsFor({ dataCentres, publicKeyPem }: SandboxProcess): GramjsGatewayOptions {
  return {
    apiId: 12_345,
    apiHash: new Secret('0123456789abcdef0123456789abcdef'),
    deviceInfo: { deviceModel: 'Bench', systemVersion: '1', appVersion: '1', langCode: 'en', systemLangCode: 'en' },
    dataCentres,
    publicKeys: [publicKeyPem],
    logger,
    clock: systemClock,
    workerUrl: new URL('../dist/src/gramjs-worker.js', import.meta.url),
  };
}

async function logInAll(pool: ConnectionPool, round: number): Promise<void> {
  const names = Array.from({ length: logins }, (_, index) => index);
  await Promise.all(
    names.map((index) => pool.use(`${round} ${index}`, undefined, (connection) => logIn(connection, index))),
  );
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
