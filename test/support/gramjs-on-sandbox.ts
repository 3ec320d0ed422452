import { systemClock } from '../../src/base/clock.js';
import type { LogFields, Logger } from '../../src/base/logger.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { createGramjsGateway, type GramjsGatewayOptions } from '../../src/telegram/gramjs/gateway.js';
import { silentLogger } from './silent-logger.js';

/** The compiled worker: a thread cannot load TypeScript. */
export const builtWorkerUrl = new URL('../../dist/src/telegram/gramjs/worker.js', import.meta.url);

/** A sandbox on free ports. */
export function startTestSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  return startSandbox({ clock: systemClock, random: systemRandom, ...options });
}

/** What a gateway needs to know of a sandbox, with one worker and nothing said. */
export function optionsFor(sandbox: Sandbox, options: Partial<GramjsGatewayOptions> = {}): GramjsGatewayOptions {
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

export const createTestGateway = (sandbox: Sandbox, options?: Partial<GramjsGatewayOptions>) =>
  createGramjsGateway(optionsFor(sandbox, options));

/** One line that was logged. */
export interface LoggedLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export function createKeepingLogger(): { readonly logger: Logger; readonly lines: readonly LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const at =
    (level: LoggedLine['level']) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const logger: Logger = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: () => logger,
  };
  return { logger, lines };
}
