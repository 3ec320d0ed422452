import { MemoryStorage, TelegramClient } from '@mtcute/node';
import { addPublicKey, NodeCryptoProvider } from '@mtcute/node/utils.js';
import type { KnownSandbox } from '../test/support/mtcute-on-sandbox.js';
import type { TelegramSteps } from './telegram-peer.js';

interface Login {
  readonly client: TelegramClient;
  readonly phoneCodeHash: string;
}

/** Returns the steps with mtcute alone. */
export async function bareMtcute({ dataCentres, publicKeyPem }: KnownSandbox): Promise<TelegramSteps> {
  const crypto = new NodeCryptoProvider();
  await crypto.initialize?.();
  addPublicKey(crypto, publicKeyPem);
  const [address] = dataCentres;
  if (address === undefined) throw new Error('the sandbox has no data centre');
  const main = { id: address.id, ipAddress: address.ip, port: address.port };
  const create = () =>
    new TelegramClient({
      apiId: 4242,
      apiHash: 'anything',
      storage: new MemoryStorage(),
      crypto,
      defaultDcs: { main, media: { ...main, mediaOnly: true } },
      disableUpdates: true,
      updates: false,
      logLevel: 0,
    });
  const logins = new Map<string, Login>();
  const sessions = new Map<string, string>();

  async function finish(phone: string, { client }: Login): Promise<void> {
    logins.delete(phone);
    sessions.set(phone, await client.exportSession());
    await client.destroy();
  }

  function loginOf(phone: string): Login {
    const login = logins.get(phone);
    if (login === undefined) throw new Error('no code was requested');
    return login;
  }

  return {
    async requestCode(phone) {
      const client = create();
      const sent = await client.sendCode({ phone });
      if (!('phoneCodeHash' in sent)) throw new Error('logged in without a code');
      logins.set(phone, { client, phoneCodeHash: sent.phoneCodeHash });
    },
    async enterCode(phone, phoneCode) {
      const login = loginOf(phone);
      try {
        await login.client.signIn({ phone, phoneCodeHash: login.phoneCodeHash, phoneCode });
      } catch (error) {
        if (error instanceof Error && 'text' in error && error.text === 'SESSION_PASSWORD_NEEDED') return;
        throw error;
      }
      await finish(phone, login);
    },
    async enterPassword(phone, password) {
      const login = loginOf(phone);
      await login.client.checkPassword(password);
      await finish(phone, login);
    },
    async getMe(phone) {
      const client = create();
      await client.importSession(sessions.get(phone) ?? '');
      await client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] });
      await client.destroy();
    },
  };
}
