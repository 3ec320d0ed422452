import { MemoryStorage, type SentCode, TelegramClient, type TelegramTransport } from '@mtcute/node';
import { addPublicKey, LogManager, NodeCryptoProvider } from '@mtcute/node/utils.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';

/** The part of a sandbox that a client must know. */
export type KnownSandbox = Pick<Sandbox, 'dataCentres' | 'publicKeyPem'>;

/** An unmodified mtcute client, and everything that it complained about. */
export interface IndependentClient {
  readonly client: TelegramClient;
  readonly complaints: readonly string[];
}

export interface IndependentClientOptions {
  /** The data centre that it knows; default 1. */
  readonly dc?: number;
  readonly transport?: TelegramTransport;
  /** Whether it receives updates; default false. */
  readonly updates?: boolean;
  /** Whether it makes its calls with temporary keys; default false. */
  readonly pfs?: boolean;
}

/**
 * A client with the key and one data centre of the sandbox. It discovers the others as clients do.
 */
export async function createIndependentClient(
  sandbox: KnownSandbox,
  { dc = 1, transport, updates = false, pfs = false }: IndependentClientOptions = {},
): Promise<IndependentClient> {
  const crypto = new NodeCryptoProvider();
  await crypto.initialize?.();
  addPublicKey(crypto, sandbox.publicKeyPem);
  const address = sandbox.dataCentres.find(({ id }) => id === dc);
  if (!address) throw new Error(`the sandbox has no data centre ${dc}`);
  const main = { id: dc, ipAddress: address.ip, port: address.port };
  const client = new TelegramClient({
    apiId: 4242,
    apiHash: 'anything',
    storage: new MemoryStorage(),
    crypto,
    defaultDcs: { main, media: { ...main, mediaOnly: true } },
    disableUpdates: !updates,
    network: { usePfs: pfs },
    updates: false,
    logLevel: LogManager.WARN,
    ...(transport ? { transport } : {}),
  });
  const complaints: string[] = [];
  client.log.mgr.handler = (_color, _level, tag, format, args) =>
    void complaints.push([tag, format, ...args].join(' '));
  client.onError.add((error) => void complaints.push(String(error)));
  return { client, complaints };
}

/** mtcute's messages about a failed key exchange whose key is not ours. */
export const otherKeyComplaint = 'invalid nonce hash from server';

// mtcute leaves out leading zero bytes of the key that it computes, so one key exchange in 256
// fails on its side.

/**
 * Runs `work` with a client and destroys the client. Repeats it once if the key began with a zero
 * byte.
 */
export async function withIndependentClient<T>(
  sandbox: KnownSandbox,
  options: IndependentClientOptions,
  work: (client: TelegramClient, complaints: readonly string[]) => Promise<T>,
): Promise<T> {
  for (;;) {
    const { client, complaints } = await createIndependentClient(sandbox, options);
    try {
      return await work(client, complaints);
    } catch (error) {
      if (!complaints.some((line) => line.includes(otherKeyComplaint))) throw error;
    } finally {
      await client.destroy();
    }
  }
}

/** Returns the name of the RPC error that `call` rejects with; undefined if it succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'text' in error) {
      return `${String(error.code)} ${String(error.text)}`;
    }
    throw error;
  }
}

/** Requests a login code. */
export async function askForCode(client: TelegramClient, phone: string): Promise<SentCode> {
  const sent = await client.sendCode({ phone });
  if (!('phoneCodeHash' in sent)) throw new Error('logged in without a code');
  return sent;
}

/** Requests a login code and enters this one. */
export async function enterCode(client: TelegramClient, phone: string, phoneCode: string) {
  const { phoneCodeHash } = await askForCode(client, phone);
  return client.signIn({ phone, phoneCodeHash, phoneCode });
}
