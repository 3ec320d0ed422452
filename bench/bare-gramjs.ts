import { Api, helpers, TelegramClient } from 'telegram';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { LogLevel, Logger } from 'telegram/extensions/Logger.js';
import { ConnectionTCPFull } from 'telegram/network/connection/index.js';
import { computeCheck } from 'telegram/Password.js';
import { StringSession } from 'telegram/sessions/index.js';
import { readPublicKey } from '../src/telegram/public-key.js';
import type { KnownSandbox } from '../test/support/mtcute-on-sandbox.js';
import type { TelegramSteps } from './telegram-peer.js';

interface Login {
  readonly client: TelegramClient;
  readonly phoneCodeHash: string;
}

type GramjsConnectionOptions = ConstructorParameters<typeof ConnectionTCPFull>[0];

/** Returns the steps with gramjs alone: its own key exchange, password check and sessions. */
export async function bareGramjs({ dataCentres, publicKeyPem }: KnownSandbox): Promise<TelegramSteps> {
  const { fingerprint, modulus, exponent } = readPublicKey(publicKeyPem);
  _serverKeys.set(fingerprint, { n: helpers.readBigIntFromBuffer(Buffer.from(modulus), false), e: exponent });
  class ToSandbox extends ConnectionTCPFull {
    constructor(options: GramjsConnectionOptions) {
      const [first] = dataCentres;
      const address = dataCentres.find(({ id }) => id === options.dcId) ?? first;
      super({ ...options, ip: address?.ip ?? options.ip, port: address?.port ?? options.port });
    }
  }
  const create = (session: StringSession) =>
    new TelegramClient(session, 4242, 'anything', {
      connection: ToSandbox,
      connectionRetries: 4,
      retryDelay: 300,
      baseLogger: new Logger(LogLevel.NONE),
    });
  const logins = new Map<string, Login>();
  const sessions = new Map<string, string>();

  async function finish(phone: string, { client }: Login): Promise<void> {
    logins.delete(phone);
    sessions.set(phone, String(client.session.save()));
    await client.destroy();
  }

  function loginOf(phone: string): Login {
    const login = logins.get(phone);
    if (login === undefined) throw new Error('no code was requested');
    return login;
  }

  return {
    async requestCode(phone) {
      const session = new StringSession('');
      session.setDC(1, '127.0.0.1', 443);
      const client = create(session);
      if (!(await client.connect())) throw new Error('no connection');
      const { phoneCodeHash } = await client.sendCode({ apiId: 4242, apiHash: 'anything' }, phone);
      logins.set(phone, { client, phoneCodeHash });
    },
    async enterCode(phone, code) {
      const login = loginOf(phone);
      try {
        await login.client.invoke(
          new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash: login.phoneCodeHash, phoneCode: code }),
        );
      } catch (error) {
        if (String(error).includes('SESSION_PASSWORD_NEEDED')) return;
        throw error;
      }
      await finish(phone, login);
    },
    async enterPassword(phone, password) {
      const login = loginOf(phone);
      const check = await computeCheck(await login.client.invoke(new Api.account.GetPassword()), password);
      await login.client.invoke(new Api.auth.CheckPassword({ password: check }));
      await finish(phone, login);
    },
    async getMe(phone) {
      const client = create(new StringSession(sessions.get(phone)));
      if (!(await client.connect())) throw new Error('no connection');
      await client.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }));
      await client.destroy();
    },
  };
}
