import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { ipAddress, remotePort } from '../network-address.js';
import { group, required, valueNotes, withDefault } from '../setting.js';
import { Complaint, listOf, secretText, wholeNumber, words } from '../value.js';
import { proxy } from './telegram-proxy.js';

const ownApplication = 'Get an api_id and an api_hash of your own at https://my.telegram.org/apps.';

const apiId = wholeNumber(1, 2_147_483_647, { samples: ['12345'], todo: ownApplication });

const apiHash = secretText(
  {
    expects: '32 hexadecimal digits',
    samples: ['0123456789abcdef0123456789abcdef', 'tjyd5yge35lbodk1xwzw2jstp90k55qz'],
    todo: ownApplication,
  },
  (input) =>
    /^[0-9a-f]{32}$/.test(input) ||
    new Complaint(`The value (not shown here) is not 32 hexadecimal digits in lower case. ${ownApplication}`),
);

const dataCentre = z
  .strictObject(
    { id: wholeNumber(1, 1000), ip: ipAddress, port: remotePort },
    { error: 'Each data centre must be a map of id, ip and port.' },
  )
  .readonly();

const dataCentres = listOf(dataCentre, 'data centres, each with id, ip and port').superRefine((list, context) => {
  for (const [index, { id }] of list.entries()) {
    if (list.findIndex((other) => other.id === id) === index) continue;
    context.addIssue({
      code: 'custom',
      path: [index, 'id'],
      message: `Data centre ${id} is in the list more than once.`,
    });
  }
});
valueNotes.set(dataCentres, {
  expects: 'a list of data centres, each with id, ip and port',
  form: 'list',
  secret: false,
  readsFiles: false,
});

const publicKey = z
  .object({ path: z.string(), contents: z.string() }, { error: 'Each must be the path of a PEM file.' })
  .transform(({ path, contents }, context): string => {
    if (isRsaPublicKey(contents)) return contents;
    context.addIssue({ code: 'custom', message: `The file ${path} is not an RSA public key in PEM form.` });
    return z.NEVER;
  });
valueNotes.set(publicKey, { expects: 'the path of a PEM file', form: 'text', secret: false, readsFiles: true });

function isRsaPublicKey(pem: string): boolean {
  if (!/-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem)) return false;
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** Telegram: who we are to it, and how it is reached. */
export const telegram = group(
  'Who Gangway is to Telegram, and how Telegram is reached.',
  {
    api_id: required(apiId, '12345', 'The number of your application, from https://my.telegram.org/apps.'),
    api_hash: required(apiHash, '0123456789abcdef0123456789abcdef', 'The hash that belongs to it.'),
    device_info: group(
      'What users see of this daemon in the list of their active sessions.',
      {
        device_model: withDefault(words('a name'), 'Gangway', 'The name of the device.'),
        system_version: withDefault(words('a version'), 'Matrix', 'The version of its system.'),
        app_version: withDefault(
          words('a version'),
          'auto',
          'The version of the application; auto is the version of Gangway.',
        ),
        lang_code: withDefault(words('a language code'), 'en', 'The language of the application.'),
        system_lang_code: withDefault(words('a language code'), 'en', 'The language of the system.'),
      },
      (keys) => ({
        deviceModel: keys.device_model,
        systemVersion: keys.system_version,
        appVersion: keys.app_version === 'auto' ? undefined : keys.app_version,
        langCode: keys.lang_code,
        systemLangCode: keys.system_lang_code,
      }),
    ),
    proxy,
    data_centres: withDefault(
      dataCentres,
      [],
      "Another Telegram network: the sandbox, a test network, a private one. Empty means Telegram's own. Each has id, ip and port.",
    ),
    public_keys: withDefault(
      listOf(publicKey, 'paths of PEM files'),
      [],
      'Files with the RSA public keys of that network, PEM, relative to this configuration file.',
    ),
    connection: group(
      'Connections to Telegram. Whatever these timeouts say, 55 seconds after a request began to wait for a connection, Telegram counts ' +
        'as unreachable for it, so that the answer comes before a reverse proxy gives up.',
      {
        connect_timeout_seconds: withDefault(wholeNumber(1, 300), '20', 'How long connecting may take.'),
        call_timeout_seconds: withDefault(wholeNumber(1, 300), '15', 'How long Telegram may take to answer one call.'),
        max_live_clients: withDefault(
          wholeNumber(1, 100_000),
          '200',
          'The most connections at a time. Users beyond that wait until one is free.',
        ),
        idle_close_seconds: withDefault(
          wholeNumber(1, 86_400),
          '60',
          'A connection that was not used for so long is closed. The next use opens it again.',
        ),
        workers: withDefault(
          wholeNumber(1, 64),
          '2',
          'Threads for the cryptography of Telegram connections, so that many logins at once do not hold up other requests.',
        ),
      },
      (keys) => ({
        connectDeadlineMs: keys.connect_timeout_seconds * 1000,
        callDeadlineMs: keys.call_timeout_seconds * 1000,
        maxLive: keys.max_live_clients,
        idleCloseMs: keys.idle_close_seconds * 1000,
        workers: keys.workers,
      }),
    ),
  },
  (keys) => ({
    apiId: keys.api_id,
    apiHash: keys.api_hash,
    deviceInfo: keys.device_info,
    proxy: keys.proxy,
    dataCentres: keys.data_centres,
    publicKeys: keys.public_keys,
    connection: keys.connection,
  }),
);
