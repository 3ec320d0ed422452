import {
  type IntermediatePacketCodec,
  MtProxyTcpTransport,
  ObfuscatedPacketCodec,
  PaddedIntermediatePacketCodec,
  TcpTransport,
  type TelegramClient,
  type TelegramTransport,
} from '@mtcute/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import {
  askForCode,
  enterCode,
  refusalOf,
  withIndependentClient,
  type IndependentClientOptions,
} from '../support/mtcute-on-sandbox.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const mtproxySecret = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox({ mtproxySecret });
});
afterAll(() => sandbox.stop());

/** Runs a login with an unmodified mtcute, and requires that it complained about nothing. */
async function quietly<T>(options: IndependentClientOptions, work: (client: TelegramClient) => Promise<T>): Promise<T> {
  return withIndependentClient(sandbox, options, async (client, complaints) => {
    const result = await work(client);
    expect(complaints.filter((line) => !line.includes('invalid nonce hash'))).toEqual([]);
    return result;
  });
}

describe.concurrent('an independent client on the sandbox', () => {
  it('logs in with a code, requests its own user, and logs out', async () => {
    await quietly({}, async (client) => {
      const sent = await askForCode(client, '+9996610001');
      expect(sent).toMatchObject({ type: 'app', length: 5, nextType: 'sms', timeout: 60 });
      const { phoneCodeHash } = sent;
      const wrong = client.signIn({ phone: '+9996610001', phoneCodeHash, phoneCode: '12345' });
      expect(await refusalOf(wrong)).toBe('400 PHONE_CODE_INVALID');
      const user = await client.signIn({ phone: '+9996610001', phoneCodeHash, phoneCode: '11111' });
      expect(user).toMatchObject({ id: 700010001, username: 'sandbox_10001', phoneNumber: '9996610001', isBot: false });
      expect((await client.getMe()).id).toBe(700010001);
      expect((await client.getFullUser('me')).id).toBe(700010001);
      await client.logOut();
      const after = client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] });
      expect(await refusalOf(after)).toBe('401 AUTH_KEY_UNREGISTERED');
    });
  });

  it('makes its calls with a temporary key (PFS), at another data centre too, and reconnects', async () => {
    await quietly({ pfs: true }, async (client) => {
      expect((await enterCode(client, '+9996620004', '22222')).id).toBe(700020004);
      const key = sandbox.control.sessions().find(({ userId }) => userId === '700020004');
      expect((await client.getMe()).id).toBe(700020004);
      await client.disconnect();
      await client.connect();
      expect((await client.getMe()).id).toBe(700020004);
      expect(sandbox.control.keys().find((use) => use.key === key?.key)).toMatchObject({ maxConnections: 1 });
    });
  });

  it('logs in with a code and a password, after a wrong password', async () => {
    await quietly({ dc: 2 }, async (client) => {
      expect(await refusalOf(enterCode(client, '+9996621001', '22222'))).toBe('401 SESSION_PASSWORD_NEEDED');
      expect(await client.getPasswordHint()).toBe(magicPasswords.password.hint);
      expect(await refusalOf(client.checkPassword('wrong'))).toBe('400 PASSWORD_HASH_INVALID');
      const early = client.call({ _: 'updates.getState' });
      expect(await refusalOf(early)).toBe('401 SESSION_PASSWORD_NEEDED');
      expect((await client.checkPassword(magicPasswords.password.password)).username).toBe('sandbox_21001');
    });
  });

  it('logs in with a password that has no hint and blanks at its ends', async () => {
    await quietly({}, async (client) => {
      expect(await refusalOf(enterCode(client, '+9996611950', '11111'))).toBe('401 SESSION_PASSWORD_NEEDED');
      expect(await client.getPasswordHint()).toBeNull();
      const { password } = magicPasswords.awkward_password;
      expect(await refusalOf(client.checkPassword(password.trim()))).toBe('400 PASSWORD_HASH_INVALID');
      expect((await client.checkPassword(password)).id).toBe(700011950);
    });
  });

  it('still requires the password after it has lost the connection', async () => {
    await quietly({ dc: 3 }, async (client) => {
      expect(await refusalOf(enterCode(client, '+9996631002', '33333'))).toBe('401 SESSION_PASSWORD_NEEDED');
      await client.disconnect();
      await client.connect();
      expect((await client.checkPassword(magicPasswords.password.password)).id).toBe(700031002);
    });
  });

  it('is moved to the data centre of the phone number', async () => {
    await quietly({ dc: 1 }, async (client) => {
      expect((await enterCode(client, '+9996630007', '33333')).username).toBe('sandbox_30007');
    });
    const codes = sandbox.control
      .calls()
      .filter((call) => call.method === 'auth.sendCode' && call.phone === '9996630007');
    expect(codes.slice(-2).map((call) => call.dc)).toEqual([1, 3]);
    expect(codes.every((call) => call.layer === 227)).toBe(true);
  });

  it('logs a bot in, at its own data centre and from another one', async () => {
    await quietly({ dc: 2 }, async (client) => {
      const bot = await client.signInBot(`2000020007:${magicBotSecret}`);
      expect(bot).toMatchObject({ id: 2000020007, username: 'sandbox_20007_bot', isBot: true });
    });
    await quietly({ dc: 1 }, async (client) => {
      expect((await client.signInBot(`2000030009:${magicBotSecret}`)).id).toBe(2000030009);
    });
  });

  it('is refused with bot tokens that are expired, unknown or invalid', async () => {
    await quietly({}, async (client) => {
      expect(await refusalOf(client.signInBot(`2000011000:${magicBotSecret}`))).toBe('400 ACCESS_TOKEN_EXPIRED');
      expect(await refusalOf(client.signInBot(`2000012000:${magicBotSecret}`))).toBe('400 ACCESS_TOKEN_INVALID');
      expect(await refusalOf(client.signInBot(`2000010000:${'x'.repeat(35)}`))).toBe('400 ACCESS_TOKEN_INVALID');
      expect(await refusalOf(client.signInBot('nonsense'))).toBe('400 ACCESS_TOKEN_INVALID');
    });
  });

  it('logs in by QR code with a password, at another data centre, as soon as the code is accepted', async () => {
    await quietly({ dc: 1, updates: true }, async (client) => {
      let scanned = false;
      const user = await client.signInQr({
        onUrlUpdated: (url) => {
          const token = new URL(url).searchParams.get('token') ?? '';
          sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), '9996621777');
        },
        onQrScanned: () => {
          scanned = true;
        },
        password: magicPasswords.password.password,
      });
      expect(user.username).toBe('sandbox_21777');
      expect(scanned).toBe(true);
    });
  });

  it('logs in by a QR code that another client of the account accepts', async () => {
    await quietly({ dc: 1 }, async (phone) => {
      await enterCode(phone, '+9996610042', '11111');
      await quietly({ dc: 1, updates: true }, async (desktop) => {
        const user = await desktop.signInQr({
          onUrlUpdated: (url) => {
            const token = Buffer.from(new URL(url).searchParams.get('token') ?? '', 'base64url');
            phone.call({ _: 'auth.acceptLoginToken', token }).catch((error: unknown) => expect.fail(String(error)));
          },
        });
        expect(user.id).toBe(700010042);
      });
    });
  });

  it('moves its login to another data centre', async () => {
    await quietly({ dc: 1 }, async (client) => {
      await enterCode(client, '+9996610077', '11111');
      const { id, bytes } = await client.call({ _: 'auth.exportAuthorization', dcId: 2 });
      await quietly({ dc: 2 }, async (other) => {
        const wrongId = other.call({ _: 'auth.importAuthorization', id: id.add(1), bytes });
        expect(await refusalOf(wrongId)).toBe('400 AUTH_BYTES_INVALID');
        const imported = await other.call({ _: 'auth.importAuthorization', id, bytes });
        expect(imported).toMatchObject({ _: 'auth.authorization', user: { id: 700010077, phone: '9996610077' } });
        const again = other.call({ _: 'auth.importAuthorization', id, bytes });
        expect(await refusalOf(again)).toBe('400 AUTH_BYTES_INVALID');
      });
      expect(await refusalOf(client.call({ _: 'auth.exportAuthorization', dcId: 1 }))).toBe('400 DC_ID_INVALID');
      expect(await refusalOf(client.call({ _: 'auth.exportAuthorization', dcId: 9 }))).toBe('400 DC_ID_INVALID');
    });
  });

  it('gets an error for methods that the sandbox does not have', async () => {
    await quietly({}, async (client) => {
      const unknown = client.call({ _: 'help.getSupport' });
      expect(await refusalOf(unknown)).toBe('400 INPUT_METHOD_INVALID');
    });
  });
});

class ObfuscatedTransport extends TcpTransport {
  override packetCodec(): IntermediatePacketCodec {
    return new ObfuscatedPacketCodec(new PaddedIntermediatePacketCodec()) as unknown as IntermediatePacketCodec;
  }
}

describe.concurrent('an independent client logs in over', () => {
  const transports: readonly (readonly [string, () => TelegramTransport, string, string])[] = [
    ['the intermediate transport', () => new TcpTransport(), '+9996620801', '22222'],
    ['the obfuscated and padded transport', () => new ObfuscatedTransport(), '+9996620802', '22222'],
    [
      'MTProxy, which takes it to every data centre',
      () =>
        new MtProxyTcpTransport({
          host: '127.0.0.1',
          port: sandbox.dataCentres[0]?.port ?? 0,
          secret: Buffer.concat([Buffer.of(0xdd), mtproxySecret]),
        }),
      '+9996630803',
      '33333',
    ],
  ];

  it.each(transports)('%s', async (_name, transport, phone, code) => {
    await quietly({ dc: 2, transport: transport() }, async (client) => {
      expect((await enterCode(client, phone, code)).phoneNumber).toBe(phone.slice(1));
    });
  });
});
