import { Secret } from '../../base/secret.js';
import { host, remotePort } from '../network-address.js';
import { group, optional, withDefault } from '../setting.js';
import { oneOf, secretText, words } from '../value.js';

/** The way to Telegram. */
export type TelegramProxy =
  | { readonly type: 'disabled' }
  | {
      readonly type: 'socks5';
      readonly address: string;
      readonly port: number;
      readonly login: { readonly username: string; readonly password: Secret } | undefined;
    }
  /** `secret` is hexadecimal: 16 bytes, or 17 of which the first is dd. */
  | { readonly type: 'mtproxy'; readonly address: string; readonly port: number; readonly secret: Secret };

const mtproxySecret = /^(dd)?[0-9a-f]{32}$/i;

/** A proxy for every connection to Telegram. */
export const proxy = group(
  'A proxy for every connection to Telegram.',
  {
    type: withDefault(oneOf(['disabled', 'socks5', 'mtproxy']), 'disabled', 'disabled, socks5 or mtproxy.'),
    address: optional(host, '127.0.0.1', 'The host of the proxy.'),
    port: optional(remotePort, '1080', 'The port of the proxy.'),
    username: optional(words('a user name'), 'gangway', 'The user name for a socks5 proxy that wants one.'),
    password: optional(
      secretText({ expects: 'a password, or the secret of an mtproxy' }, (input) => input !== ''),
      'secret',
      'The password of that user. For mtproxy: its secret, 32 hexadecimal digits, or 34 that begin with dd.',
    ),
  },
  (keys, context): TelegramProxy => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const { type, address, port, username, password } = keys;
    if (type === 'disabled') return { type };
    if (address === undefined) complain('address', `This key is missing. A proxy of type ${type} needs it.`);
    if (port === undefined) complain('port', `This key is missing. A proxy of type ${type} needs it.`);
    const place = { address: address ?? '', port: port ?? 0 };
    if (type === 'mtproxy') {
      if (password === undefined)
        complain('password', 'This key is missing. For mtproxy it holds the secret of the proxy.');
      else if (/^ee/i.test(password.reveal())) {
        complain(
          'password',
          'Secrets that begin with ee (fake TLS) cannot be used. Ask for one of 32 hexadecimal digits.',
        );
      } else if (!mtproxySecret.test(password.reveal())) {
        complain(
          'password',
          'The secret of an mtproxy has 32 hexadecimal digits, or 34 that begin with dd. This one has not.',
        );
      }
      return { type, ...place, secret: password ?? new Secret('') };
    }
    if (username === undefined && password !== undefined)
      complain('username', 'This key is missing. The password needs it.');
    if (username !== undefined && password === undefined)
      complain('password', 'This key is missing. The user name needs it.');
    const login = username !== undefined && password !== undefined ? { username, password } : undefined;
    return { type, ...place, login };
  },
);
