import { Secret } from '../../base/secret.js';
import { kind, listOfKinds } from '../listed-kinds.js';
import { baseUrl, webAddress } from '../network-address.js';
import { group, optional, required, withDefault } from '../setting.js';
import { mapOf, oneOf, path, secretText, text, trueOrFalse, wholeNumber, words } from '../value.js';
import { smtp } from './delivery-smtp.js';

/** A way for messages to phone numbers. */
export type PhoneChannel =
  | {
      readonly type: 'telegram_gateway';
      readonly token: Secret;
      /** Without the @. */
      readonly senderUsername: string | undefined;
      readonly address: string;
      readonly undeliveredAfterMs: number | undefined;
      /** Whether Telegram is asked to report what became of a message. */
      readonly reports: boolean;
    }
  | {
      readonly type: 'webhook';
      readonly url: string;
      /** The Authorization header. */
      readonly authorization: Secret | undefined;
      readonly headers: ReadonlyMap<string, Secret>;
      readonly format: 'json' | 'form';
      /** Its template; undefined for the usual one. */
      readonly body: string | undefined;
    }
  | FileChannel;

/** A file to which messages are written, for tests. */
export interface FileChannel {
  readonly type: 'file';
  /** Absolute. */
  readonly path: string;
}

const file = kind(
  'file',
  'Messages are written to a file, one JSON object a line, for tests and for trying things out.',
  { path: required(path('the path of a file'), 'messages.jsonl', 'The file, relative to this configuration file.') },
  (keys): FileChannel => ({ type: 'file', path: keys.path }),
);

const telegramGateway = kind(
  'telegram_gateway',
  'Codes are sent by the Telegram Gateway API, as messages in Telegram. It costs a little for each code that arrives.',
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
      'The verified channel from which codes come. When left out, they come from Telegram.',
    ),
    undelivered_after_seconds: optional(
      wholeNumber(30, 3600),
      '120',
      'A code that has not arrived after so long is given up, and costs nothing. When left out, as long as the code is good.',
    ),
    reports: withDefault(
      trueOrFalse,
      'true',
      'Whether Telegram is asked to report what became of each code, for the log. It calls identity.public_url, and nobody where there is ' +
        'no identity service.',
    ),
    address: withDefault(baseUrl, 'https://gatewayapi.telegram.org', 'Where the Gateway API is.'),
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

// Masked like a secret. Most headers are none, so that words such as "default" or "none" are values, not placeholders.
const headerValue = text({ expects: 'the value of a header', secret: true }, (input) =>
  /^[\x20-\x7e]*$/.test(input) ? new Secret(input) : undefined,
);

const webhook = kind(
  'webhook',
  'Codes are handed to an HTTP service of yours, such as one that sends text messages.',
  {
    url: required(webAddress, 'https://sms.example.com/send', 'Where each code is sent with POST: to, code and text.'),
    authorization: optional(
      secretText({ expects: 'the value of an Authorization header' }, (input) => /^[\x20-\x7e]+$/.test(input)),
      'Bearer secret',
      'The Authorization header.',
    ),
    headers: withDefault(mapOf(headerValue, 'names of headers, each with its value'), {}, 'Other headers.'),
    format: withDefault(oneOf(['json', 'form']), 'json', 'How the body is written.'),
    body: optional(
      words('the template of a body'),
      '{"to": "{number}", "message": "{text}"}',
      'What is sent, where it is not to, code and text: {number} with its plus, {digits} without, {code} and {text} stand inside the texts ' +
        'of JSON or the values of a form.',
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

/** How messages get to humans. */
export const delivery = group(
  'How messages get to humans. The first channel of a list is tried first; where it is down, the next one is.',
  {
    email: withDefault(listOfKinds('channels for e-mail', [smtp, file]), [], 'Channels for e-mail, best first.'),
    phone: withDefault(
      listOfKinds('channels for codes to phone numbers', [telegramGateway, webhook, file]),
      [],
      'Channels for codes to phone numbers, best first.',
    ),
    templates: optional(
      path('the path of a folder'),
      'templates',
      'A folder with templates of your own for mails, relative to this configuration file. What is not there is taken from Gangway.',
    ),
    timeout_seconds: withDefault(wholeNumber(1, 120), '20', 'How long one channel may take for one message.'),
  },
  (keys) => ({
    email: keys.email,
    phone: keys.phone,
    templates: keys.templates,
    deadlineMs: keys.timeout_seconds * 1000,
  }),
);
