import { z } from 'zod';
import { allowsLogin, findPermissionLevel, isOldLevel, levelWords } from '../permissions.js';
import { group, required, valueNotes, withDefault } from '../setting.js';
import { trueOrFalse, wholeNumber } from '../value.js';
import { isExampleName } from '../network-address.js';
import { upstream } from './bridge-upstream.js';

const todo = 'Grant a Matrix ID, a server name or "*" a level. user and admin may log in to Telegram.';

const permissions = z
  .record(z.string(), z.string({ error: `A level must be one of ${levelWords}.` }), {
    error: ({ input }) => (input === undefined ? `This key is missing. ${todo}` : `It must be a map. ${todo}`),
  })
  .transform((map, context): ReadonlyMap<string, string> => {
    for (const key of Object.keys(map)) {
      if (!isExampleName(key.slice(key.indexOf(':') + 1))) continue;
      context.addIssue({ code: 'custom', path: [key], message: `This is still a sample value. ${todo}` });
    }
    const hasOldLevel = Object.values(map).some(isOldLevel);
    for (const [key, written] of Object.entries(map)) {
      const message = levelProblem(written, hasOldLevel);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message });
    }
    const levels = Object.values(map).map(findPermissionLevel);
    if (levels.every((level) => level !== undefined && !allowsLogin(level))) {
      context.addIssue({ code: 'custom', message: `No user may log in: no level is user or admin. ${todo}` });
    }
    return new Map(Object.entries(map));
  });
valueNotes.set(permissions, {
  expects: `a map of Matrix IDs, server names or "*" to one of ${levelWords}`,
  form: 'map',
  secret: false,
  readsFiles: false,
});

/**
 * Older versions of mautrix-telegram had a level `user` that may not log in. Next to their other
 * levels it is ambiguous.
 */
function levelProblem(written: string, hasOldLevel: boolean): string | undefined {
  const level = findPermissionLevel(written);
  if (level === undefined) return `${JSON.stringify(written)} is not a level. It must be one of ${levelWords}.`;
  if (!hasOldLevel || written.toLowerCase() !== 'user') return undefined;
  return (
    'Together with relaybot, puppeting or full, "user" is ambiguous: it may not log in under older ' +
    'versions of mautrix-telegram, but may under current ones. Write commands if these users may not log ' +
    'in, or puppeting if they may.'
  );
}

/** Which users may log in to Telegram, and the bridge that logins are handed over to. */
export const bridge = group(
  'Which users may log in to Telegram, and the bridge that logins are handed over to.',
  {
    permissions: required(
      permissions,
      { 'example.com': 'user', '@admin:example.com': 'admin' },
      'Matrix IDs, server names or "*" (all users), each with a level of the mautrix bridges: block, relay, ' +
        'commands, user or admin. user and admin may log in to Telegram. The levels of older versions of ' +
        'mautrix-telegram are accepted too: relaybot (as relay), puppeting and full (as user). An entry for ' +
        'the Matrix ID takes precedence over one for its server name (with port), which takes precedence over ' +
        '"*". So an entry for one user can also revoke rights. Keys are case-sensitive. Patterns such as ' +
        '"*:example.com" have no effect.',
    ),
    max_accounts_per_user: withDefault(
      wholeNumber(1, 100),
      '5',
      'How many Telegram accounts one Matrix user may be logged in to at a time. Only provisioning API v3 ' +
        'supports more than one: 0.3.0 and v1 show the first, and reject a second login.',
    ),
    removed_users: group(
      'What happens to users whose permission to log in to Telegram was removed, and who are still logged in. Users ' +
        'are checked every 10 minutes and after a reload. Logins that the bridge has are left to the bridge.',
      {
        log_out: withDefault(
          trueOrFalse,
          'false',
          'Whether they are logged out of Telegram. If false, a warning with their number is logged, and they cannot use ' +
            'the API.',
        ),
        grace_hours: withDefault(
          wholeNumber(0, 8760),
          '24',
          'How long a user must have had no permission before. A permission that is granted again ends it.',
        ),
        max_at_once: withDefault(
          wholeNumber(1, 1_000_000),
          '10',
          'If more users are due at once, or if no user with a login has permission any more, none is logged out and an ' +
            'error is logged. So a mistake in permissions does not log all users out. To confirm, increase this and reload.',
        ),
      },
      (keys) => ({ logOut: keys.log_out, graceMs: keys.grace_hours * 3_600_000, maxAtOnce: keys.max_at_once }),
    ),
    upstream,
  },
  (keys) => ({
    permissions: keys.permissions,
    maxAccounts: keys.max_accounts_per_user,
    removedUsers: keys.removed_users,
    upstream: keys.upstream,
  }),
);
