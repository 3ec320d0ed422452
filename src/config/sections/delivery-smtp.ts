import { z } from 'zod';
import type { Secret } from '../../base/secret.js';
import { kind } from '../listed-kinds.js';
import { host, remotePort } from '../network-address.js';
import { optional, required, valueNotes, withDefault } from '../setting.js';
import { Complaint, listOf, oneOf, secretText, text, words } from '../value.js';

/** E-mail through an SMTP server. */
export interface SmtpChannel {
  readonly type: 'smtp';
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'opportunistic' | 'none';
  readonly credentials: { readonly user: string; readonly password: Secret } | undefined;
  readonly from: Sender;
  /** In PEM. Undefined if Node's own list is trusted. */
  readonly certificateAuthorities: readonly string[] | undefined;
  readonly helloName: string | undefined;
}

/** The sender of mails. */
export interface Sender {
  readonly name: string | undefined;
  readonly address: string;
}

const mailbox = text<Sender>(
  { expects: 'a mail address, or a name and an address such as Example <id@example.com>' },
  (input) => {
    if (/[\p{Cc}]/u.test(input)) return undefined;
    const [, name = '', inBrackets] = /^([^<>]*)<([^<>]+)>$/.exec(input) ?? [];
    const address = inBrackets ?? input;
    if (!/^[^\s@<>"(),:;\\]+@[^\s@<>"(),:;\\]+$/.test(address)) return undefined;
    if (/@example\.(com|net|org)$/.test(address)) {
      return new Complaint('This is still a sample value. Write the address that your mails are sent from.');
    }
    return { name: name.trim().replace(/^"(.*)"$/, '$1') || undefined, address };
  },
);

const certificate = z
  .object({ path: z.string(), contents: z.string() }, { error: 'Each must be the path of a PEM file.' })
  .transform(({ path, contents }, context): string => {
    if (contents.includes('-----BEGIN CERTIFICATE-----')) return contents;
    context.addIssue({ code: 'custom', message: `The file ${path} contains no certificate in PEM form.` });
    return z.NEVER;
  });
valueNotes.set(certificate, { expects: 'the path of a PEM file', form: 'text', secret: false, readsFiles: true });

/** An SMTP server as a channel. */
export const smtp = kind(
  'smtp',
  'Sends mails through an SMTP server.',
  {
    host: required(host, 'mail.example.com', 'The SMTP server.'),
    port: withDefault(remotePort, '587', 'Its port: 587 or 25 with starttls, 465 with tls.'),
    security: withDefault(
      oneOf(['starttls', 'tls', 'opportunistic', 'none']),
      'starttls',
      'starttls upgrades the connection to TLS and fails if the server does not support it. tls is ' +
        'encrypted from the start. opportunistic encrypts if the server supports it, and accepts any ' +
        'certificate. none never encrypts.',
    ),
    user: optional(words('a user name'), 'gangway', 'The user name, if the server requires authentication.'),
    password: optional(
      secretText({ expects: 'a password' }, (input) => input !== ''),
      'secret',
      'The password of that user. It cannot be used with opportunistic.',
    ),
    from: required(mailbox, 'Example <id@example.com>', 'The sender of mails.'),
    certificate_authorities: withDefault(
      listOf(certificate, 'paths of PEM files'),
      [],
      'PEM files with the certificate authorities to trust instead of the usual ones, relative to this ' +
        'configuration file.',
    ),
    hello_name: optional(
      host,
      'id.example.com',
      'The host name that Gangway sends in EHLO. Defaults to the name of this machine.',
    ),
  },
  (keys, context): SmtpChannel => {
    const { user, password, security } = keys;
    const complain = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (user !== undefined && !password) complain('password', 'This key is missing. The user name requires it.');
    if (user === undefined && password) complain('user', 'This key is missing. The password requires it.');
    if (password && security === 'opportunistic') {
      complain(
        'security',
        'An attacker between Gangway and the server could read the password. Write starttls or tls, or remove ' +
          'the password.',
      );
    }
    return {
      type: 'smtp',
      host: keys.host,
      port: keys.port,
      security,
      credentials: user === undefined || !password ? undefined : { user, password },
      from: keys.from,
      certificateAuthorities: keys.certificate_authorities.length === 0 ? undefined : keys.certificate_authorities,
      helloName: keys.hello_name,
    };
  },
);
