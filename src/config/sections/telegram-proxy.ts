import { Secret } from '../../base/secret.js';
import { host, remotePort } from '../network-address.js';
import { group, optional, withDefault } from '../setting.js';
import { oneOf, secretText, words } from '../value.js';

/** The proxy to Telegram, or none. */
export type TelegramProxy =
  | { readonly type: 'disabled' }
  | {
      readonly type: 'socks5';
      readonly address: string;
      readonly port: number;
      /** Either both username and password are set, or neither. */
      readonly username: string | undefined;
      readonly password: Secret | undefined;
    }
  /** `secret` is hexadecimal: 16 bytes, or 17 bytes of which the first is dd. */
  | { readonly type: 'mtproxy'; readonly address: string; readonly port: number; readonly secret: Secret };

/** A proxy for every connection to Telegram. */
export const proxy = group(
  'A proxy for every connection to Telegram.',
  {
    type: withDefault(oneOf(['disabled', 'socks5', 'mtproxy']), 'disabled', 'disabled, socks5 or mtproxy.'),
    address: optional(host, '127.0.0.1', 'The host of the proxy.'),
    port: optional(remotePort, '1080', 'The port of the proxy.'),
    username: optional(words('a user name'), 'gangway', 'The user name for a socks5 proxy with authentication.'),
    password: optional(
      secretText({ expects: 'a password, or the secret of an mtproxy' }, (input) => input !== ''),
      'secret',
      'The password of that user. For mtproxy: its secret, 32 hexadecimal digits, or 34 that begin with dd.',
    ),
  },
  (keys, context): TelegramProxy => {
    for (const [path, message] of problemsOf(keys)) context.addIssue({ code: 'custom', path: [path], message });
    const { type, address = '', port = 0, username, password } = keys;
    switch (type) {
      case 'disabled':
        return { type };
      case 'socks5':
        return { type, address, port, username, password };
      case 'mtproxy':
        return { type, address, port, secret: password ?? new Secret('') };
    }
  },
);

interface ProxyKeys {
  readonly type: TelegramProxy['type'];
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

function problemsOf({ type, address, port, username, password }: ProxyKeys): [keyof ProxyKeys, string][] {
  if (type === 'disabled') return [];
  const problems: [keyof ProxyKeys, string][] = [];
  const need = (key: keyof ProxyKeys, needy: string) =>
    problems.push([key, `This key is missing. ${needy} requires it.`]);
  if (address === undefined) need('address', `A proxy of type ${type}`);
  if (port === undefined) need('port', `A proxy of type ${type}`);
  switch (type) {
    case 'socks5':
      if (username === undefined && password) need('username', 'The password');
      if (username !== undefined && !password) need('password', 'The user name');
      return problems;
    case 'mtproxy': {
      const problem = problemOfMtproxySecret(password);
      return problem === undefined ? problems : [...problems, ['password', problem]];
    }
  }
}

function problemOfMtproxySecret(secret: Secret | undefined): string | undefined {
  if (!secret) return 'This key is missing. For mtproxy, write the secret of the proxy.';
  const value = secret.reveal();
  if (/^(dd)?[0-9a-f]{32}$/i.test(value)) return undefined;
  if (/^(ee|7[g-v])/i.test(value)) {
    return (
      'Secrets for fake TLS (they begin with ee or 7) are not supported. Ask the operator of the proxy for ' +
      'one of 32 hexadecimal digits.'
    );
  }
  return 'The value (not shown here) is not the secret of an mtproxy: 32 hexadecimal digits, or 34 that begin with dd.';
}
