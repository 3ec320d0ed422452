import { Secret } from '../../base/secret.js';
import { kind, listOfKinds } from '../listed-kinds.js';
import { baseUrl, webAddress } from '../network-address.js';
import { group, optional, required, withDefault } from '../setting.js';
import { mapOf, oneOf, path, secretText, text, trueOrFalse, wholeNumber, words } from '../value.js';
import { smtp } from './delivery-smtp.js';

/** A channel for messages to phone numbers. */
export type PhoneChannel =
  | {
      readonly type: 'telegram_gateway';
      readonly token: Secret;
      /** Without the @. */
      readonly senderUsername: string | undefined;
      readonly address: string;
      readonly undeliveredAfterMs: number | undefined;
      /** Whether the Gateway reports the delivery status of messages. */
      readonly reports: boolean;
    }
  | {
      readonly type: 'webhook';
      readonly url: string;
      /** The Authorization header. */
      readonly authorization: Secret | undefined;
      readonly headers: ReadonlyMap<string, Secret>;
      readonly format: 'json' | 'form';
      /** Its template, or undefined for the default body. */
      readonly body: string | undefined;
    }
  | FileChannel;

/** A file that messages are written to, for tests. */
export interface FileChannel {
  readonly type: 'file';
  /** An absolute path. */
  readonly path: string;
}

const file = kind(
  'file',
  'Writes messages to a file, one JSON object a line. For tests only.',
  { path: required(path('the path of a file'), 'messages.jsonl', 'The file, relative to this configuration file.') },
  (keys): FileChannel => ({ type: 'file', path: keys.path }),
);

const telegramGateway = kind(
  'telegram_gateway',
  'Sends codes through the Telegram Gateway API, as messages in Telegram. Each code that is delivered ' +
    'costs a small fee.',
  {
    token: required(
      secretText(
        {
          expects: 'the access token of the Telegram Gateway',
          samples: ['put-the-token-here'],
          todo: 'Get it at https://gateway.telegram.org.',
        },
        (input) => /^[\x21-\x7e]+$/.test(input),
      ),
      'put-the-token-here',
      'The access token, from https://gateway.telegram.org.',
    ),
    sender_username: optional(
      text({ expects: 'the name of a channel' }, (input) => /^@?(\w{4,64})$/.exec(input)?.[1]),
      'examplechannel',
      'The verified channel that codes are sent from. If unset, they are sent from Telegram.',
    ),
    undelivered_after_seconds: optional(
      wholeNumber(30, 3600),
      '120',
      'A code that is not delivered within this time is revoked and costs nothing. Defaults to the lifetime ' +
        'of the code.',
    ),
    reports: withDefault(
      trueOrFalse,
      'true',
      'Whether the Gateway reports the delivery status of each code, for the log. Reports are sent to ' +
        'identity.public_url, so they require the identity service.',
    ),
    address: withDefault(baseUrl, 'https://gatewayapi.telegram.org', 'The address of the Gateway API.'),
  },
  (keys): PhoneChannel => ({
    type: 'telegram_gateway',
    token: keys.token,
    senderUsername: keys.sender_username,
    address: keys.address,
    undeliveredAfterMs:
      keys.undelivered_after_seconds === undefined ? undefined : keys.undelivered_after_seconds * 1000,
    reports: keys.reports,
  }),
);

// Masked like a secret. Most headers are not secret, so words such as "default" or "none" are
// values, not placeholders.
const headerValue = text({ expects: 'the value of a header', secret: true }, (input) =>
  /^[\x20-\x7e]*$/.test(input) ? new Secret(input) : undefined,
);

const webhook = kind(
  'webhook',
  'Sends codes to an HTTP service of yours, such as an SMS provider.',
  {
    url: required(
      webAddress,
      'https://sms.example.com/send',
      'The URL that each code is sent to by POST: to, code and text.',
    ),
    authorization: optional(
      secretText({ expects: 'the value of an Authorization header' }, (input) => /^[\x20-\x7e]+$/.test(input)),
      'Bearer secret',
      'The Authorization header.',
    ),
    headers: withDefault(mapOf(headerValue, 'names of headers, each with its value'), {}, 'Other headers.'),
    format: withDefault(oneOf(['json', 'form']), 'json', 'The format of the body.'),
    body: optional(
      words('the template of a body'),
      '{"to": "{number}", "message": "{text}"}',
      'A template for the body. By default it has to, code and text. Placeholders: {number} (with +), ' +
        '{digits} (without +), {code} and {text}. They may be used inside JSON strings or form values.',
    ),
  },
  (keys): PhoneChannel => ({
    type: 'webhook',
    url: keys.url,
    authorization: keys.authorization,
    headers: keys.headers,
    format: keys.format,
    body: keys.body,
  }),
);

/** How messages are delivered to users. */
export const delivery = group(
  'How messages are delivered to users. The first channel of a list is tried first. If it is down, the ' +
    'next one is tried.',
  {
    email: withDefault(
      listOfKinds('channels for e-mail', [smtp, file]),
      [],
      'Channels for e-mail, in order of preference.',
    ),
    phone: withDefault(
      listOfKinds('channels for codes to phone numbers', [telegramGateway, webhook, file]),
      [],
      'Channels for codes to phone numbers, in order of preference.',
    ),
    templates: optional(
      path('the path of a folder'),
      'templates',
      'A folder with your own mail templates, relative to this configuration file. The built-in template is ' +
        'used if a file is missing.',
    ),
    timeout_seconds: withDefault(wholeNumber(1, 120), '20', 'The timeout of one channel for one message.'),
  },
  (keys) => ({
    email: keys.email,
    phone: keys.phone,
    templates: keys.templates,
    deadlineMs: keys.timeout_seconds * 1000,
  }),
);
