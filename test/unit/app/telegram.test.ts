import { expect, it } from 'vitest';
import { openTelegram } from '../../../src/app/telegram.js';
import { systemClock } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { detailsOf } from '../../support/magic-logins.js';
import { createRecordingLogger } from '../../support/recording-logger.js';
import { startSilentServer } from '../../support/silent-server.js';

const device = { deviceModel: 'Test', systemVersion: '1', langCode: 'en', systemLangCode: 'en' };
const limits = { connectDeadlineMs: 20_000, callDeadlineMs: 15_000, maxLive: 1, idleCloseMs: 1_000, workers: 1 };

it.each(['gramjs', 'mtcute'] as const)(
  'the engine of the configuration connects, and is logged (%s)',
  async (engine) => {
    const logger = createRecordingLogger();
    const server = await startSilentServer();
    await server.stop();
    const telegram = {
      apiId: 4242,
      apiHash: new Secret('0123456789abcdef0123456789abcdef'),
      engine,
      deviceInfo: { ...device, appVersion: undefined },
      proxy: { type: 'disabled' } as const,
      dataCentres: [{ id: 1, ip: '127.0.0.1', port: server.port }],
      publicKeys: [],
      connection: limits,
    };
    const config = { telegram, logging: { level: 'debug', format: 'json' } as const };
    const gateway = openTelegram(config, { guard: undefined, version: '1.2.3', clock: systemClock, logger });
    expect(logger.lines).toEqual([{ level: 'info', message: 'telegram engine', fields: { engine } }]);
    expect(await detailsOf(gateway.connect())).toEqual({ kind: 'unreachable' });
    const ends = logger.lines.filter(({ message }) => message === 'telegram connection ended');
    expect(ends.map(({ fields }) => String(fields['text']))).toEqual(
      engine === 'mtcute' ? Array.from({ length: 4 }, () => expect.stringContaining('ECONNREFUSED') as unknown) : [],
    );
    await gateway.close();
  },
);
