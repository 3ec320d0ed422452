import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.js';
import { systemClock } from '../../../../src/base/clock.js';
import type { TelegramProxy } from '../../../../src/telegram/gateway-options.js';
import { workerSettings } from '../../../../src/telegram/gramjs/options.js';
import { silentLogger } from '../../../support/silent-logger.js';

const settingsWith = (proxy: TelegramProxy) =>
  workerSettings({
    apiId: 1,
    apiHash: new Secret('hash'),
    deviceInfo: { deviceModel: 'a', systemVersion: 'b', appVersion: 'c', langCode: 'en', systemLangCode: 'en' },
    proxy,
    logger: silentLogger,
    clock: systemClock,
  });

const mtproxy = (secret: string): TelegramProxy => ({
  type: 'mtproxy',
  address: '192.0.2.1',
  port: 443,
  secret: new Secret(secret),
});
const sixteen = '00112233445566778899aabbccddeeff';

describe('the settings of a worker', () => {
  it.each([
    ['hex', sixteen, sixteen],
    ['hex with dd before it', `dd${sixteen}`, `dd${sixteen}`],
    ['base64', Buffer.from(sixteen, 'hex').toString('base64'), sixteen],
  ])('accept the secret of an MTProto proxy in %s', (_, secret, expected) => {
    expect(settingsWith(mtproxy(secret)).proxy).toMatchObject({ type: 'mtproxy', secret: expected });
  });

  it.each([
    ['is too short', '0011'],
    ['is for fake TLS', `ee${sixteen}6578616d706c652e6f7267`],
    ['is empty', ''],
  ])('reject a secret of an MTProto proxy that %s, without repeating it', (_, secret) => {
    expect(() => settingsWith(mtproxy(secret))).toThrow(/^the secret of the MTProto proxy must be 16 bytes/);
  });

  it('contain the password of a SOCKS5 proxy in clear', () => {
    const proxy: TelegramProxy = {
      type: 'socks5',
      address: '192.0.2.1',
      port: 1080,
      username: 'me',
      password: new Secret('word'),
    };
    expect(settingsWith(proxy).proxy).toEqual({ ...proxy, password: 'word' });
  });

  it('reject an invalid public key', () => {
    const options = { ...settingsWith(mtproxy(sixteen)), apiHash: new Secret('hash'), publicKeys: ['no key'] };
    const { proxy: _, guard: _guard, ...rest } = options;
    expect(() => workerSettings({ ...rest, logger: silentLogger, clock: systemClock })).toThrow();
  });
});
