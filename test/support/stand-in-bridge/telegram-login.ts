import type { TelegramClient, tl } from '@mtcute/node';
import { createIndependentClient, type KnownSandbox } from '../mtcute-on-sandbox.js';

/** Why the bridge refuses a session, as in `fi.mau.internal_error`. */
export class SessionRefused extends Error {}

/** A user in the format of the bridge's provisioning API. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly identifiers: readonly string[];
}

/** A continued session: one connection, open until it is closed. */
export interface TelegramLogin {
  readonly authKey: string;
  readonly self: Person & { readonly isBot: boolean; readonly phone: string; readonly username: string };
  contacts(): Promise<Person[]>;
  search(query: string): Promise<Person[]>;
  /** By username; undefined if there is no such user. */
  resolve(username: string): Promise<Person | undefined>;
  /** auth.logOut. */
  logOut(): Promise<void>;
  close(): Promise<void>;
}

interface SessionData {
  readonly authKey: Buffer;
  readonly dc: number;
}

/**
 * Connects with the session, by a library that shares nothing with Gangway's, and returns the
 * logged-in user.
 */
export async function continueSession(sandbox: KnownSandbox, session: string): Promise<TelegramLogin> {
  const { authKey, dc } = readSession(session);
  const address = sandbox.dataCentres.find(({ id }) => id === dc);
  if (!address) throw new SessionRefused(`failed to get self: no data centre ${dc}`);
  const { client } = await createIndependentClient(sandbox, { dc });
  try {
    const main = { id: dc, ipAddress: address.ip, port: address.port };
    await client.importSession({
      primaryDcs: { main, media: { ...main, mediaOnly: true } },
      authKey: new Uint8Array(authKey),
    });
    const [self] = await client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] });
    if (self?._ !== 'user') throw new SessionRefused('failed to get self: empty user');
    return loginOf(client, self, authKey.toString('base64'));
  } catch (error) {
    await client.destroy();
    if (error instanceof SessionRefused) throw error;
    throw new SessionRefused(`failed to get self: ${wordsOf(error)}`);
  }
}

/** The data centre and the key of a session in the bridge's JSON. */
function readSession(session: string): SessionData {
  let data: unknown;
  try {
    data = JSON.parse(session);
  } catch {
    throw new SessionRefused('failed to parse session data: unexpected end of JSON input');
  }
  if (typeof data !== 'object' || data === null) throw new SessionRefused('failed to parse session data: no object');
  const { auth_key, dc_id, server_address } = data as Readonly<Record<string, unknown>>;
  const authKey = Buffer.from(typeof auth_key === 'string' ? auth_key : '', 'base64');
  if (authKey.length !== 256 || typeof dc_id !== 'number' || dc_id === 0) throw missingFields();
  if (typeof server_address !== 'string' || server_address === '') throw missingFields();
  return { authKey, dc: dc_id };
}

function missingFields(): SessionRefused {
  return new SessionRefused('session data is missing required fields');
}

function loginOf(client: TelegramClient, self: tl.RawUser, authKey: string): TelegramLogin {
  return {
    authKey,
    self: {
      ...personOf(self),
      isBot: self.bot === true,
      phone: self.phone === undefined ? '' : `+${self.phone}`,
      username: self.username ?? '',
    },
    async contacts() {
      const found = await client.getContacts();
      return found.map(({ raw }) => personOf(raw));
    },
    async search(query) {
      const found = await client.call({ _: 'contacts.search', q: query, limit: 50 });
      return found.users.flatMap((user) => (user._ === 'user' ? [personOf(user)] : []));
    },
    async resolve(username) {
      try {
        const found = await client.call({ _: 'contacts.resolveUsername', username });
        return found.users.flatMap((user) => (user._ === 'user' ? [personOf(user)] : []))[0];
      } catch (error) {
        if (wordsOf(error).includes('USERNAME_')) return undefined;
        throw error;
      }
    },
    async logOut() {
      try {
        await client.call({ _: 'auth.logOut' });
      } finally {
        await client.destroy();
      }
    },
    close: () => client.destroy(),
  };
}

function personOf({ id, firstName, lastName, username, phone }: tl.RawUser): Person {
  const identifiers = [
    ...(phone === undefined ? [] : [`tel:+${phone}`]),
    ...(username === undefined ? [] : [`telegram:${username}`]),
  ];
  return { id: String(id), name: [firstName, lastName].filter((name) => name !== undefined).join(' '), identifiers };
}

/** An RPC error as the bridge's library writes it. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isRpcError = 'code' in error && 'text' in error;
  return isRpcError ? `rpc error code ${String(error.code)}: ${String(error.text)}` : error.message;
}
