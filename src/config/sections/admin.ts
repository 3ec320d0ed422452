import { headerSecret, programName, requireDistinct } from '../header-secret.js';
import { kind, listOfKinds } from '../listed-kinds.js';
import { host } from '../network-address.js';
import { group, optional, required, withDefault } from '../setting.js';
import { wholeNumber } from '../value.js';

const token = kind(
  'bearer',
  'An administrator or program that sends its secret as `Authorization: Bearer <secret>`.',
  {
    name: required(programName, 'helpdesk', 'The name of the administrator or program, for the audit log.'),
    secret: required(
      headerSecret,
      'put-a-random-text-here',
      'The secret. It allows logging any user out of Telegram and deactivating any account.',
    ),
  },
  ({ name, secret }) => ({ name, secret }),
);

/** The admin API. */
export const admin = group(
  'The admin API at /_gangway/v1/admin, which `gangway admin` uses. See docs/operating.md.',
  {
    tokens: withDefault(
      listOfKinds('administrators and programs that may use the admin API', [token]),
      [],
      'Administrators and programs that may use the API. If empty, the API is not served.',
    ),
    host: withDefault(host, '127.0.0.1', 'The address of the listener of its own, if `port` is set.'),
    port: optional(
      wholeNumber(0, 65535),
      '28918',
      'The port of a listener of its own. If absent, the API is served by the listener of `http`.',
    ),
  },
  ({ tokens, host: address, port }, context) => {
    requireDistinct(tokens, { list: 'tokens', kind: 'token' }, context);
    return { tokens, listener: port === undefined ? undefined : { host: address, port } };
  },
);
