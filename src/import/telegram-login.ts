import type { Mxid } from '../base/mxid.js';
import { PhoneNumber } from '../base/phone.js';
import { authKeyOf } from '../telegram/formats/auth-key.js';
import { withPublicAddress, type DataCentre, type PortableSession } from '../telegram/portable-session.js';
import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import { leftOut, refused, type Content } from './outcome.js';
import type { SourceRow } from './part.js';
import { readText, readUser, readWhole } from './read-value.js';

/** A Telegram login at a bridge. */
export interface ImportedLogin {
  readonly owner: Mxid;
  readonly user: TelegramUser;
  readonly session: PortableSession;
}

/** The values of a login, as a version of the bridge stores them. */
export interface StoredLogin {
  readonly owner: unknown;
  readonly telegramUserId: unknown;
  readonly username: unknown;
  readonly name: unknown;
  readonly phone: unknown;
  readonly isBot: unknown;
  readonly dcId: unknown;
  /** Undefined if it cannot be read. Empty if the login is over. */
  readonly authKey: Uint8Array | undefined;
}

const authKeyLength = 256;

/**
 * Returns a login of the bridge. `stored` is null if it belongs to no user. The address of the data
 * centre is the configured or the public one, and not that of the bridge.
 */
export function readLogin(
  stored: StoredLogin | null,
  name: string,
  dataCentres: readonly DataCentre[],
): SourceRow<ImportedLogin> {
  if (stored === null) return { row: name, content: leftOut('bridge_bot') };
  const owner = readUser(stored.owner);
  const row = owner === undefined ? name : `${name} of ${owner}`;
  if (stored.authKey?.length === 0 || isEmpty(stored.telegramUserId)) return { row, content: leftOut('logged_out') };
  if (owner === undefined) return { row, content: refused({ kind: 'mxid_invalid' }) };
  const id = readTelegramUserId(stored.telegramUserId);
  if (id === undefined) return { row, content: refused({ kind: 'telegram_user_id_invalid' }) };
  const session = readSession(stored, dataCentres);
  if (session.kind !== 'read') return { row, content: session };
  const user = { id, ...readProfile(stored) };
  return { row, content: { kind: 'read', value: { owner, user, session: session.value } } };
}

function readSession(
  { authKey, dcId: storedDcId }: StoredLogin,
  dataCentres: readonly DataCentre[],
): Content<PortableSession> {
  const dcId = readWhole(storedDcId);
  if (authKey === undefined || dcId === undefined) return refused({ kind: 'session_malformed' });
  if (authKey.length !== authKeyLength) return refused({ kind: 'auth_key_length' });
  const unplaced = { dcId, authKey: authKeyOf(authKey), address: '', port: 0 };
  const value = withPublicAddress(unplaced, dataCentres);
  return value.address === '' ? refused({ kind: 'data_centre_unknown' }) : { kind: 'read', value };
}

/** Reads the profile, which the daemon replaces by Telegram's answer at its first call. */
function readProfile({ username, name, phone, isBot }: StoredLogin): Omit<TelegramUser, 'id'> {
  return {
    username: readText(username) ?? null,
    firstName: readText(name) ?? null,
    lastName: null,
    phone: PhoneNumber.parse(readText(phone) ?? '') ?? null,
    isBot: isBot === true || isBot === 1,
  };
}

function readTelegramUserId(value: unknown): TelegramUserId | undefined {
  const id = readWhole(value);
  return id === undefined || id === 0 ? undefined : (String(id) as TelegramUserId);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** Returns the bytes of base64, or undefined if the value is none. Line breaks are ignored. */
export function readBase64(value: unknown): Uint8Array | undefined {
  const text = readText(value)?.replaceAll(/\s/g, '');
  return text !== undefined && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
