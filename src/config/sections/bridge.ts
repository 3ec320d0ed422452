import { z } from 'zod';
import { allowsLogin, findPermissionLevel, permissionLevels } from '../permissions.js';
import { group, required, valueNotes, withDefault } from '../setting.js';
import { wholeNumber } from '../value.js';
import { isExampleName } from '../network-address.js';

const todo =
  'Say who may log in: a Matrix ID, a server name or "*", each with a level. puppeting and above may log in to Telegram.';

const permissions = z
  .record(z.string(), z.string({ error: `A level must be one of ${permissionLevels.join(', ')}.` }), {
    error: ({ input }) => (input === undefined ? `This key is missing. ${todo}` : `It must be a map. ${todo}`),
  })
  .transform((map, context): ReadonlyMap<string, string> => {
    for (const key of Object.keys(map)) {
      if (!isExampleName(key.slice(key.indexOf(':') + 1))) continue;
      context.addIssue({ code: 'custom', path: [key], message: `This is still a sample value. ${todo}` });
    }
    if (!Object.values(map).some((written) => allowsLogin(findPermissionLevel(written) ?? 'none'))) {
      context.addIssue({
        code: 'custom',
        message: `Nobody may log in: no level is puppeting, full or admin. ("user" is not enough here.) ${todo}`,
      });
    }
    return new Map(Object.entries(map));
  });
valueNotes.set(permissions, {
  expects: `a map of Matrix IDs, server names or "*" to one of ${permissionLevels.join(', ')}`,
  form: 'map',
  secret: false,
  readsFiles: false,
});

/** Who may use the bridge. */
export const bridge = group(
  'Who may use the bridge.',
  {
    permissions: required(
      permissions,
      { 'example.com': 'puppeting', '@admin:example.com': 'admin' },
      'Matrix IDs, server names or "*" (everybody), each with a level: relaybot < user < puppeting < full < admin. ' +
        'Logging in takes puppeting or above. The exact Matrix ID decides, else its server name (port included), else "*": ' +
        'the first hit counts, so a line for one user can also take rights away. Upper and lower case differ, and patterns ' +
        'such as "*:example.com" have no effect.',
    ),
    max_accounts_per_user: withDefault(
      wholeNumber(1, 100),
      '5',
      'How many Telegram accounts one Matrix user may be logged in to at a time. Only provisioning API v3 knows more than one: ' +
        '0.3.0 and v1 show the first, and refuse a second login.',
    ),
  },
  (keys) => ({ permissions: keys.permissions, maxAccounts: keys.max_accounts_per_user }),
);
