import { serverNameOf, type Mxid } from '../base/mxid.js';
import type { SessionFormat } from '../telegram/formats/formats.js';

/** The formats in which sessions are returned. */
export const sessionFormats = [
  'mautrix',
  'gramjs',
  'telethon',
  'mtcute',
  'gotd',
  'pyrogram',
] as const satisfies SessionFormat[];

/** A program that may use sessions. */
export interface Consumer {
  readonly name: string;
  readonly formats: readonly SessionFormat[];
  /** Whether it may lease sessions, rather than only list them. */
  readonly mayAcquire: boolean;
  mayUse(owner: Mxid): boolean;
}

/** Options of createConsumer. */
export interface ConsumerSettings {
  readonly name: string;
  /** Matrix IDs, server names, or `*` for every user. */
  readonly users: readonly string[];
  readonly formats: readonly SessionFormat[];
  readonly mayAcquire: boolean;
}

/**
 * Returns a consumer with these settings. Matrix IDs and server names are compared
 * case-sensitively.
 */
export function createConsumer({ name, users, formats, mayAcquire }: ConsumerSettings): Consumer {
  const allowed = new Set(users);
  const mayUse = (owner: Mxid) => ['*', serverNameOf(owner), owner].some((key) => allowed.has(key));
  return { name, formats, mayAcquire, mayUse };
}
