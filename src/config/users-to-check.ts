import { parseMxid, type Mxid, type ServerName } from '../base/mxid.js';
import { allowsLogin, findPermissionLevel } from './permissions.js';

const maxUsers = 10;
/** The localpart of a sample user of a server. */
const localpart = 'gangway-check';

/**
 * Returns Matrix users who may log in according to `bridge.permissions`: the users in it, and one
 * made-up user of each server in it. At most 10, and at least one: `"*"` stands for the users of
 * the homeserver.
 */
export function usersToCheck(permissions: ReadonlyMap<string, string>, domain: ServerName): readonly Mxid[] {
  const keys = [...permissions].flatMap(([key, word]) => {
    const level = findPermissionLevel(word);
    return level !== undefined && allowsLogin(level) ? [key] : [];
  });
  const names = keys.map((key) => (key.startsWith('@') ? key : `@${localpart}:${key === '*' ? domain : key}`));
  const users = names.map(parseMxid).filter((mxid) => mxid !== undefined);
  return [...new Set(users)].slice(0, maxUsers);
}
