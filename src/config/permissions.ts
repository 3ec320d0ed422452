import { serverNameOf, type Mxid } from '../base/mxid.js';

/** What a Matrix user may do, weakest first: the levels of today's mautrix bridges. */
export const permissionLevels = ['block', 'relay', 'commands', 'user', 'admin'] as const;
/** One of them; `user` and `admin` may log in to Telegram. */
export type PermissionLevel = (typeof permissionLevels)[number];

/** Levels that only older versions of mautrix-telegram have, and what each means today. Their `user` may not log in. */
const oldLevels: Readonly<Record<string, PermissionLevel>> = { relaybot: 'relay', puppeting: 'user', full: 'user' };

/** Every word that is accepted as a level, for messages. */
export const levelWords = `${permissionLevels.join(', ')} (or the older ${Object.keys(oldLevels).join(', ')})`;

/** The level that a user gets, and which key of bridge.permissions gave it. */
export type Permission =
  | {
      readonly because: 'user' | 'domain' | 'everyone';
      readonly key: string;
      readonly level: PermissionLevel;
      /** The word in the configuration. */
      readonly written: string;
    }
  | { readonly because: 'nobody'; readonly level: 'block' };

/** Who may do what. */
export interface Permissions {
  /** The exact Matrix ID, else its exact domain (port included), else `*`: the first hit decides, even if a later one allows more. */
  levelOf(mxid: Mxid): Permission;
  /** Whether the user's level allows login to Telegram. */
  mayLogIn(mxid: Mxid): boolean;
}

/** Returns whether a level allows login to Telegram. */
export function allowsLogin(level: PermissionLevel): boolean {
  return level === 'user' || level === 'admin';
}

/** Returns the level that the word names, in any case, as in the bridges; undefined for any other word. */
export function findPermissionLevel(word: string): PermissionLevel | undefined {
  const lower = word.toLowerCase();
  if (Object.hasOwn(oldLevels, lower)) return oldLevels[lower];
  return permissionLevels.find((level) => level === lower);
}

/** Returns whether the word is a level of the older bridge only, so that `user` beside it may mean a user who may not log in. */
export function isOldLevel(word: string): boolean {
  return Object.hasOwn(oldLevels, word.toLowerCase());
}

/** The lookup rule of the mautrix bridges over a map of keys to levels; keys are case-sensitive. Other words than levels block. */
export function createPermissions(map: ReadonlyMap<string, string>): Permissions {
  const levelOf = (mxid: Mxid): Permission => {
    const candidates = [
      { because: 'user', key: mxid },
      { because: 'domain', key: serverNameOf(mxid) },
      { because: 'everyone', key: '*' },
    ] as const;
    for (const { because, key } of candidates) {
      const written = map.get(key);
      if (written !== undefined) return { because, key, level: findPermissionLevel(written) ?? 'block', written };
    }
    return { because: 'nobody', level: 'block' };
  };
  return { levelOf, mayLogIn: (mxid) => allowsLogin(levelOf(mxid).level) };
}
