import { kind, listOfKinds } from '../listed-kinds.js';
import { webAddress } from '../network-address.js';
import { group, optional, required, withDefault } from '../setting.js';
import { headerSecret, programName, requireDistinct } from '../header-secret.js';
import { listOf, oneOf, text, wholeNumber } from '../value.js';

const formats = ['mautrix', 'gramjs', 'telethon', 'mtcute', 'gotd', 'pyrogram'] as const;

const consumer = kind(
  'bearer',
  'A program that sends its secret as `Authorization: Bearer <secret>`.',
  {
    name: required(
      programName,
      'archiver',
      'The name of the program, for the log and for other programs that request the same session.',
    ),
    secret: required(
      headerSecret,
      'put-a-random-text-here',
      'The secret of this program. Each program must have its own.',
    ),
    users: required(
      listOf(
        text({ expects: 'a Matrix ID, a server name or *' }, (input) => (input.trim() === '' ? undefined : input)),
        'Matrix IDs, server names or "*"',
      ),
      ['*'],
      'The users whose sessions it may use: Matrix IDs, server names, or "*" for every user. Case-sensitive.',
    ),
    access: withDefault(
      oneOf(['acquire', 'list']),
      'acquire',
      'acquire allows the program to lease sessions, and so to act as the user. list only allows it to list them.',
    ),
    formats: withDefault(
      listOf(oneOf(formats), 'formats'),
      [...formats],
      'The formats in which it may receive sessions.',
    ),
  },
  (keys) => ({
    name: keys.name,
    secret: keys.secret,
    users: keys.users,
    mayAcquire: keys.access === 'acquire',
    formats: keys.formats,
  }),
);

const events = [
  'login.completed',
  'session.handed_over',
  'session.ended',
  'lease.taken',
  'lease.ended',
  'phone.added',
  'phone.removed',
] as const;

const webhook = kind(
  'http',
  'A server that receives each event by POST, as signed JSON.',
  {
    url: required(webAddress, 'https://archiver.example.org/gangway', 'The URL that events are sent to.'),
    secret: required(headerSecret, 'put-a-random-text-here', 'The key of the signature (HMAC-SHA256).'),
    events: withDefault(listOf(oneOf(events), 'types of events'), [...events], 'The types of events that it receives.'),
  },
  (keys) => ({ url: keys.url, secret: keys.secret, events: keys.events }),
);

/** Telegram sessions for other programs. */
export const sessions = group(
  'Telegram sessions for other programs, which lease them at /_gangway/v1/sessions. See docs/sessions.md.',
  {
    consumers: withDefault(
      listOfKinds('programs that may use sessions', [consumer]),
      [],
      'Programs that may use sessions. If empty, the API is not served.',
    ),
    default_lease_seconds: withDefault(
      wholeNumber(10, 31_536_000),
      '600',
      'How long a lease lasts if the program requests no duration.',
    ),
    max_lease_seconds: withDefault(
      wholeNumber(10, 31_536_000),
      '3600',
      'The maximum duration of a lease. A program can renew its lease any number of times.',
    ),
    grace_seconds: withDefault(
      wholeNumber(0, 3600),
      '30',
      'How long Gangway waits after a lease has expired before it uses the session again. This covers clock ' +
        'differences and slow programs: Telegram ends a session for good if two programs use it at the same ' +
        'time.',
    ),
    expire_unused_days: optional(
      wholeNumber(1, 3650),
      '180',
      'Sessions that Gangway holds, and that were not used for longer than this, are logged out of Telegram. If absent, ' +
        'they are kept. Every request of the user about the Telegram account is a use, and so is a lease. Checks by ' +
        'Gangway itself are not.',
    ),
    webhooks: withDefault(
      listOfKinds('servers that receive events', [webhook]),
      [],
      'Servers that are notified when users log in or out, and when sessions are leased or returned. The ' +
        'delivery of an event is retried for a day.',
    ),
  },
  (keys, context) => {
    const urls = keys.webhooks.map(({ url }) => url);
    const repeated = urls.find((url, index) => urls.indexOf(url) !== index);
    if (repeated !== undefined) {
      const message = `${repeated} is in the list more than once.`;
      context.addIssue({ code: 'custom', path: ['webhooks'], message });
    }
    requireDistinct(keys.consumers, { list: 'consumers', kind: 'program' }, context);
    return {
      consumers: keys.consumers,
      defaultLeaseMs: keys.default_lease_seconds * 1000,
      maxLeaseMs: keys.max_lease_seconds * 1000,
      graceMs: keys.grace_seconds * 1000,
      expireUnusedMs: keys.expire_unused_days === undefined ? undefined : keys.expire_unused_days * 86_400_000,
      webhooks: keys.webhooks,
    };
  },
);
