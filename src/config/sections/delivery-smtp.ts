import { z } from 'zod';
import type { Secret } from '../../base/secret.js';
import { kind } from '../listed-kinds.js';
import { host, remotePort } from '../network-address.js';
import { optional, required, valueNotes, withDefault } from '../setting.js';
import { Complaint, listOf, oneOf, secretText, text, words } from '../value.js';

/** Mails through a mail server. */
export interface SmtpChannel {
  readonly type: 'smtp';
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'opportunistic' | 'none';
  readonly credentials: { readonly user: string; readonly password: Secret } | undefined;
  readonly from: Sender;
  /** In PEM; undefined where those that Node trusts are to be trusted. */
  readonly certificateAuthorities: readonly string[] | undefined;
  readonly helloName: string | undefined;
}

/** Whom mails come from. */
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
      return new Complaint('This is still a sample value. Write the address that your mails come from.');
    }
    return { name: name.trim().replace(/^"(.*)"$/, '$1') || undefined, address };
  },
);

const certificate = z
  .object({ path: z.string(), contents: z.string() }, { error: 'Each must be the path of a PEM file.' })
  .transform(({ path, contents }, context): string => {
    if (contents.includes('-----BEGIN CERTIFICATE-----')) return contents;
    context.addIssue({ code: 'custom', message: `The file ${path} holds no certificate in PEM form.` });
    return z.NEVER;
  });
valueNotes.set(certificate, { expects: 'the path of a PEM file', form: 'text', secret: false, readsFiles: true });

/** A mail server as a channel. */
export const smtp = kind(
  'smtp',
  'Mails are handed to a mail server.',
  {
    host: required(host, 'mail.example.com', 'The mail server.'),
    port: withDefault(remotePort, '587', 'Its port: 587 or 25 with starttls, 465 with tls.'),
    security: withDefault(
      oneOf(['starttls', 'tls', 'opportunistic', 'none']),
      'starttls',
      'starttls begins without encryption and refuses to go on so; tls is encrypted from the start; opportunistic encrypts where the ' +
        'server can, and takes any certificate; none never does.',
    ),
    user: optional(words('a user name'), 'gangway', 'The user name, where the server wants one.'),
    password: optional(
      secretText({ expects: 'a password' }, (input) => input !== ''),
      'secret',
      'The password of that user. It is not sent with opportunistic.',
    ),
    from: required(mailbox, 'Example <id@example.com>', 'Whom mails come from.'),
    certificate_authorities: withDefault(
      listOf(certificate, 'paths of PEM files'),
      [],
      'Files with the certificates that are trusted in place of the usual ones, PEM, relative to this configuration file.',
    ),
    hello_name: optional(
      host,
      'id.example.com',
      'What Gangway calls itself to the server. When left out, the name of this machine.',
    ),
  },
  (keys, context): SmtpChannel => {
    const { user, password, security } = keys;
    const complain = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (user !== undefined && !password) complain('password', 'This key is missing. The user name needs it.');
    if (user === undefined && password) complain('user', 'This key is missing. The password needs it.');
    if (password && security === 'opportunistic') {
      complain(
        'security',
        'Whoever stands in between would get the password. Write starttls or tls, or leave the password out.',
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
