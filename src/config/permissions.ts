import { serverNameOf, type Mxid } from '../base/mxid.js';

/** The permission levels of the current mautrix bridges, in ascending order. */
export const permissionLevels = ['block', 'relay', 'commands', 'user', 'admin'] as const;
/** A permission level. `user` and `admin` may log in to Telegram. */
export type PermissionLevel = (typeof permissionLevels)[number];

/**
 * Levels of older versions of mautrix-telegram, with their current equivalent. Their `user` may not
 * log in.
 */
const oldLevels: Readonly<Record<string, PermissionLevel>> = { relaybot: 'relay', puppeting: 'user', full: 'user' };

/** All words that are accepted as a level, for messages. */
export const levelWords = `${permissionLevels.join(', ')} (or the older ${Object.keys(oldLevels).join(', ')})`;

/** The level of a user, and the key of bridge.permissions that grants it. */
export type Permission =
  | {
      readonly because: 'user' | 'domain' | 'everyone';
      readonly key: string;
      readonly level: PermissionLevel;
      /** The word in the configuration. */
      readonly written: string;
    }
  | { readonly because: 'no_entry'; readonly level: 'block' };

/** The permissions of Matrix users. */
export interface Permissions {
  /**
   * Returns the level of the exact Matrix ID, else of its exact domain (with port), else of `*`.
   * The first match decides, even if a later one allows more.
   */
  levelOf(mxid: Mxid): Permission;
  /** Returns whether the user's level allows login to Telegram. */
  mayLogIn(mxid: Mxid): boolean;
}

/** Returns whether a level allows login to Telegram. */
export function allowsLogin(level: PermissionLevel): boolean {
  return level === 'user' || level === 'admin';
}

/**
 * Returns the level with this name in any case, as in the bridges, or undefined for any other word.
 */
export function findPermissionLevel(word: string): PermissionLevel | undefined {
  const lower = word.toLowerCase();
  if (Object.hasOwn(oldLevels, lower)) return oldLevels[lower];
  return permissionLevels.find((level) => level === lower);
}

/**
 * Returns whether the word is a level of the older bridge only. Next to it, `user` may mean a user
 * who may not log in.
 */
export function isOldLevel(word: string): boolean {
  return Object.hasOwn(oldLevels, word.toLowerCase());
}

/**
 * Returns permissions with the lookup rule of the mautrix bridges. Keys are case-sensitive. Words
 * that are no level block.
 */
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
    return { because: 'no_entry', level: 'block' };
  };
  return { levelOf, mayLogIn: (mxid) => allowsLogin(levelOf(mxid).level) };
}
