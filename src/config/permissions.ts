import { serverNameOf, type Mxid } from '../base/mxid.js';

/** The levels of mautrix-telegram's bridge.permissions, weakest first. */
export const permissionLevels = ['relaybot', 'user', 'puppeting', 'full', 'admin'] as const;
/** What a Matrix user may do. */
export type PermissionLevel = (typeof permissionLevels)[number];

/** The level that a user gets, and which key of bridge.permissions gave it. */
export type Permission =
  | {
      readonly because: 'user' | 'domain' | 'everyone';
      readonly key: string;
      /** `none` where the level that is written there is not one of ours. */
      readonly level: PermissionLevel | 'none';
      readonly written: string;
    }
  | { readonly because: 'nobody'; readonly level: 'none' };

/** Who may do what. */
export interface Permissions {
  /** The exact Matrix ID, else its exact domain (port included), else `*`: the first hit decides, even when a later one allows more. */
  levelOf(mxid: Mxid): Permission;
  /** Whether the user's level is puppeting or above. */
  mayLogIn(mxid: Mxid): boolean;
}

/** Whether a level is enough to log in to Telegram. */
export function allowsLogin(level: PermissionLevel | 'none'): boolean {
  return level !== 'none' && permissionLevels.indexOf(level) >= permissionLevels.indexOf('puppeting');
}

/** The level that the text names, or undefined where it names none. */
export function findPermissionLevel(text: string): PermissionLevel | undefined {
  return permissionLevels.find((level) => level === text);
}

/** The lookup rule of mautrix-telegram over a map of keys to levels; everything is case-sensitive. */
export function createPermissions(map: ReadonlyMap<string, string>): Permissions {
  const levelOf = (mxid: Mxid): Permission => {
    const candidates = [
      { because: 'user', key: mxid },
      { because: 'domain', key: serverNameOf(mxid) },
      { because: 'everyone', key: '*' },
    ] as const;
    for (const { because, key } of candidates) {
      const written = map.get(key);
      if (written !== undefined) return { because, key, level: findPermissionLevel(written) ?? 'none', written };
    }
    return { because: 'nobody', level: 'none' };
  };
  return { levelOf, mayLogIn: (mxid) => allowsLogin(levelOf(mxid).level) };
}
