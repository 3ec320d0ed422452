import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { ipAddress, remotePort } from '../network-address.js';
import { group, required, valueNotes, withDefault } from '../setting.js';
import { Complaint, listOf, oneOf, secretText, wholeNumber, words } from '../value.js';
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

/** The Telegram application, and how Telegram is reached. */
export const telegram = group(
  'The Telegram application, and how Telegram is reached.',
  {
    api_id: required(apiId, '12345', 'The api_id of your application, from https://my.telegram.org/apps.'),
    api_hash: required(apiHash, '0123456789abcdef0123456789abcdef', 'The api_hash of your application.'),
    engine: withDefault(
      oneOf(['gramjs', 'mtcute']),
      'gramjs',
      'The library that connects to Telegram: gramjs or mtcute. gramjs is no longer maintained. Change this to ' +
        'mtcute if Telegram rejects gramjs as too old (UPDATE_APP_TO_LOGIN in the log). Both read the same ' +
        'database, so logins and login processes continue after a change.',
    ),
    device_info: group(
      "How this daemon appears in the list of active sessions in a user's Telegram settings.",
      {
        device_model: withDefault(words('a name'), 'Gangway', 'The device name.'),
        system_version: withDefault(words('a version'), 'Matrix', 'The operating system version.'),
        app_version: withDefault(
          words('a version'),
          'auto',
          'The application version. auto means the version of Gangway.',
        ),
        lang_code: withDefault(words('a language code'), 'en', 'The language code of the application.'),
        system_lang_code: withDefault(words('a language code'), 'en', 'The language code of the system.'),
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
      'The data centres of another Telegram network: the sandbox, a test network, a private one. Empty ' +
        "means Telegram's own. Each has id, ip and port.",
    ),
    public_keys: withDefault(
      listOf(publicKey, 'paths of PEM files'),
      [],
      'PEM files with the RSA public keys of that network, relative to this configuration file.',
    ),
    connection: group(
      'Connections to Telegram. Regardless of these timeouts, a request fails as unreachable after it has ' +
        'waited 55 seconds for a connection, so that the reply is sent before a reverse proxy times out.',
      {
        connect_timeout_seconds: withDefault(wholeNumber(1, 300), '20', 'The timeout for opening a connection.'),
        call_timeout_seconds: withDefault(wholeNumber(1, 300), '15', 'The timeout for one call to Telegram.'),
        max_live_clients: withDefault(
          wholeNumber(1, 100_000),
          '200',
          'The maximum number of connections. Further users wait until one is free.',
        ),
        idle_close_seconds: withDefault(
          wholeNumber(1, 86_400),
          '60',
          'Connections idle for longer than this are closed. The next use opens a new one.',
        ),
        workers: withDefault(
          wholeNumber(1, 64),
          '2',
          'The maximum number of threads for Telegram connections of gramjs. They keep other requests fast ' +
            'during many logins at once. A thread starts when it is needed, and stops after ten minutes without ' +
            'connections. mtcute needs no threads.',
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
    engine: keys.engine,
    deviceInfo: keys.device_info,
    proxy: keys.proxy,
    dataCentres: keys.data_centres,
    publicKeys: keys.public_keys,
    connection: keys.connection,
  }),
);
