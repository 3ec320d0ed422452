import { AuthKey } from 'telegram/crypto/AuthKey.js';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/base/secret.js';
import { LeanSession } from '../../../../src/telegram/gramjs/lean-session.js';
import { createSessionConverter } from '../../../../src/telegram/gramjs/portable-session.js';

const key = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

function stored(dcId: number, authKey = key): Secret {
  const session = new LeanSession();
  session.setDC(dcId, '10.1.2.3', 5222);
  session.setAuthKey(new AuthKey(authKey, Buffer.alloc(20)));
  return new Secret(session.save());
}

describe('the sessions of the gramjs adapter as other programs take them', () => {
  it.each([
    [1, '149.154.175.53'],
    [2, '149.154.167.51'],
    [3, '149.154.175.100'],
    [4, '149.154.167.91'],
    [5, '91.108.56.130'],
    [7, '10.1.2.3'],
  ])('have the public address of data centre %i', (dcId, address) => {
    const read = createSessionConverter([]).read(stored(dcId));
    expect({ ...read, authKey: read.authKey.reveal() }).toEqual({
      dcId,
      address,
      port: 443,
      authKey: key.toString('base64'),
    });
  });

  it('have the configured address in another network, for programs that connect to it', () => {
    const converter = createSessionConverter([{ id: 2, ip: '127.0.0.1', port: 40_443 }]);
    expect(converter.read(stored(2))).toMatchObject({ address: '127.0.0.1', port: 40_443 });
    expect(converter.read(stored(3))).toMatchObject({ address: '149.154.175.100', port: 443 });
  });

  it('come back as sessions of gramjs with the same key', async () => {
    const converter = createSessionConverter([{ id: 2, ip: '127.0.0.1', port: 40_443 }]);
    const back = new LeanSession(converter.write(converter.read(stored(2))).reveal());
    await back.load();
    expect([back.dcId, back.serverAddress, back.port]).toEqual([2, '127.0.0.1', 443]);
    expect(back.getAuthKey()?.getKey()).toEqual(key);
  });

  it.each(['', 'text', '1'])('are not read from %j, which has no key', (text) => {
    expect(() => createSessionConverter([]).read(new Secret(text))).toThrow();
  });
});
