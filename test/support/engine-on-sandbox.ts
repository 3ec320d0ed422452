import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.js';
import type { TelegramConnection, TelegramGateway } from '../../src/telegram/gateway.js';
import { createGramjsGateway, type GramjsGatewayOptions } from '../../src/telegram/gramjs/gateway.js';
import { createMtcuteGateway } from '../../src/telegram/mtcute/gateway.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { logIn } from './magic-logins.js';
import type { KnownSandbox } from './mtcute-on-sandbox.js';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.js';
import { silentLogger } from './silent-logger.js';
import { startStrictSandbox } from './strict-sandbox.js';

/** The bundled worker: a thread cannot load TypeScript. */
export const builtWorkerUrl = new URL('../../dist/src/gramjs-worker.js', import.meta.url);

/** The worker, with code that runs in its thread before it starts; `require` finds gramjs. */
export const workerAfter = (happening: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { createRequire } from 'node:module';
      const require = createRequire('${builtWorkerUrl.href}');
      ${happening}
      await import('${builtWorkerUrl.href}');
    `)}`,
  );

/** The options of a gateway on a sandbox, with one worker and no log. */
export function optionsFor(sandbox: KnownSandbox, options: Partial<GramjsGatewayOptions> = {}): GramjsGatewayOptions {
  return {
    apiId: 12_345,
    apiHash: new Secret('0123456789abcdef0123456789abcdef'),
    deviceInfo: {
      deviceModel: 'Test',
      systemVersion: '1.0',
      appVersion: '1.0',
      langCode: 'en',
      systemLangCode: 'en',
    },
    dataCentres: sandbox.dataCentres,
    publicKeys: [sandbox.publicKeyPem],
    workers: 1,
    logger: silentLogger,
    clock: systemClock,
    workerUrl: builtWorkerUrl,
    ...options,
  };
}

const creators = { gramjs: createGramjsGateway, mtcute: createMtcuteGateway };

export type Engine = keyof typeof creators;

/** Each engine, for suites that run on both. */
export const engines: readonly Engine[] = ['gramjs', 'mtcute'];

/** The engine of suites that run on one: that of GANGWAY_TEST_ENGINE, or gramjs. */
const chosenEngine: Engine = process.env['GANGWAY_TEST_ENGINE'] === 'mtcute' ? 'mtcute' : 'gramjs';

export const createTestGateway = (
  sandbox: KnownSandbox,
  options?: Partial<GramjsGatewayOptions>,
  engine: Engine = chosenEngine,
): TelegramGateway => creators[engine](optionsFor(sandbox, options));

/**
 * A sandbox for all tests of a file, and for each test a clock that stands still, a log, and
 * gateways that are closed after it.
 */
export interface EngineOnSandbox {
  readonly sandbox: Sandbox;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  /** Creates a gateway, on the engine of the suite unless another one is given. */
  createGateway(options?: Partial<GramjsGatewayOptions>, engine?: Engine): TelegramGateway;
  /** Returns a connection on which this magic account is logged in. */
  loggedIn(digits: string, gateway?: TelegramGateway): Promise<TelegramConnection>;
}

export const connectDeadlineMs = 20_000;
export const callDeadlineMs = 15_000;

/** Sets a gateway of gramjs up, see useEngineOnSandbox. */
export const useGramjsOnSandbox = (options: Partial<SandboxOptions> = {}) => useEngineOnSandbox('gramjs', options);

/** Sets an EngineOnSandbox up; its properties are valid in tests and hooks only. */
export function useEngineOnSandbox(engine: Engine, options: Partial<SandboxOptions> = {}): EngineOnSandbox {
  let sandbox: Sandbox | undefined;
  let clock = createFakeClock();
  let logger = createRecordingLogger();
  const gateways: TelegramGateway[] = [];
  const runningSandbox = () => sandbox ?? expect.unreachable('the sandbox does not run');

  beforeAll(async () => {
    sandbox = await startStrictSandbox(options);
  });
  beforeEach(() => {
    clock = createFakeClock();
    logger = createRecordingLogger();
  });
  afterEach(async () => {
    runningSandbox().control.reset();
    await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  });
  afterAll(() => runningSandbox().stop());

  const createGateway = (changes: Partial<GramjsGatewayOptions> = {}, other: Engine = engine): TelegramGateway => {
    const standard = { clock, logger, connectDeadlineMs, callDeadlineMs };
    const gateway = createTestGateway(runningSandbox(), { ...standard, ...changes }, other);
    gateways.push(gateway);
    return gateway;
  };

  return {
    get sandbox() {
      return runningSandbox();
    },
    get clock() {
      return clock;
    },
    get logger() {
      return logger;
    },
    createGateway,
    async loggedIn(digits, gateway = createGateway()) {
      const connection = await gateway.connect();
      await logIn(connection, digits);
      return connection;
    },
  };
}
