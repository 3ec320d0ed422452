import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { Secret } from '../../../../src/base/secret.js';
import { createMtcuteGateway, type LoadEngine } from '../../../../src/telegram/mtcute/gateway.js';
import { detailsOf } from '../../../support/magic-logins.js';
import { createRecordingLogger } from '../../../support/recording-logger.js';
import { startSilentServer } from '../../../support/silent-server.js';

const deviceInfo = { deviceModel: 'Test', systemVersion: '1', appVersion: '1', langCode: 'en', systemLangCode: 'en' };

/** Returns a gateway to a server that accepts no connection, and how often it has loaded mtcute. */
async function createGateway(load: LoadEngine) {
  const server = await startSilentServer();
  await server.stop();
  const logger = createRecordingLogger();
  let loads = 0;
  const counted: LoadEngine = () => {
    loads += 1;
    return load();
  };
  const options = {
    apiId: 1,
    apiHash: new Secret('0123456789abcdef0123456789abcdef'),
    deviceInfo,
    dataCentres: [{ id: 1, ip: '127.0.0.1', port: server.port }],
    clock: systemClock,
    logger,
  };
  return { gateway: createMtcuteGateway(options, counted), options, logger, loads: () => loads };
}

describe('mtcute', () => {
  it('is loaded for the first connection, and once', async () => {
    const { gateway, loads } = await createGateway(() => import('../../../../src/telegram/mtcute/engine.js'));
    expect(loads()).toBe(0);
    await Promise.all([detailsOf(gateway.connect()), detailsOf(gateway.connect())]);
    await detailsOf(gateway.connect());
    expect(loads()).toBe(1);
    await gateway.close();
  });

  it('is loaded again after it could not be loaded, which is logged with a remedy', async () => {
    const missing = new Error('Cannot find module');
    const { gateway, logger, loads } = await createGateway(() => Promise.reject(missing));
    expect(await detailsOf(gateway.connect())).toEqual({ kind: 'unreachable' });
    const remedy = 'restart Gangway, which is required after an upgrade too';
    const fields = { engine: 'mtcute', remedy, error: missing };
    expect(logger.lines).toEqual([{ level: 'error', message: 'telegram engine not loaded', fields }]);
    await detailsOf(gateway.connect());
    expect(loads()).toBe(2);
    await gateway.close();
  });

  it('is not connected if the gateway is closed while it loads', async () => {
    const { gateway, logger } = await createGateway(() => import('../../../../src/telegram/mtcute/engine.js'));
    const outcome = detailsOf(gateway.connect());
    await gateway.close();
    expect(await outcome).toEqual({ kind: 'unreachable' });
    expect(logger.lines).toEqual([]);
  });

  it('is not loaded to reject a key or a proxy that cannot be read', async () => {
    const { options } = await createGateway(() => expect.unreachable());
    expect(() => createMtcuteGateway({ ...options, publicKeys: ['not a key'] })).toThrow('DECODER');
    const proxy = { type: 'mtproxy', address: '127.0.0.1', port: 1, secret: new Secret('ee00') } as const;
    expect(() => createMtcuteGateway({ ...options, proxy })).toThrow('fake TLS is not supported');
  });
});
