import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { readMailbox } from '../base/mailbox.js';
import type { Secret } from '../base/secret.js';
import type { EmailChannel } from './channel.js';
import { DeliveryFailure } from './failure.js';
import { SettingsFailure } from './settings-failure.js';
import { smtpFailure } from './smtp-errors.js';
import { needsSmtpUtf8, offersSmtpUtf8 } from './smtp-utf8.js';
import type { Templates } from './templates.js';

/**
 * How the connection to the mail server is encrypted: from its start, after STARTTLS, after
 * STARTTLS if the server offers it and with any certificate, or not at all.
 */
export type SmtpSecurity = 'tls' | 'starttls' | 'opportunistic' | 'none';

export interface SmtpDeps {
  readonly host: string;
  readonly port: number;
  readonly security: SmtpSecurity;
  /** Certificate authorities in PEM, instead of those of Node. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  readonly credentials?: { readonly user: string; readonly password: Secret } | undefined;
  /** The sender of the messages. */
  readonly from: { readonly name: string | undefined; readonly address: string };
  /** The host name sent in EHLO. Defaults to the name of this machine. */
  readonly helloName?: string | undefined;
  readonly templates: Templates;
  readonly deadlineMs?: number;
  readonly maxConnections?: number;
}

const defaultDeadlineMs = 20_000;

/**
 * Returns a channel for e-mail through an SMTP server. Throws SettingsFailure if a password might
 * be sent without encryption.
 */
export function createSmtpChannel(deps: SmtpDeps): EmailChannel {
  const { security, credentials, from, templates } = deps;
  const { deadlineMs = defaultDeadlineMs, maxConnections = 3 } = deps;
  if (credentials && security === 'opportunistic') throw new SettingsFailure({ kind: 'password_needs_tls' });

  const connection = smtpConnection(deps);
  const transport = createTransport({
    ...connection,
    pool: true,
    maxConnections,
    maxMessages: 100,
    // The server may have closed an idle connection. A second failure has another reason.
    maxRequeues: 1,
    idleTimeout: 30_000,
    // If the server offers no authentication, sending must fail rather than continue without it.
    ...(credentials ? { auth: { user: credentials.user, pass: credentials.password.reveal() }, forceAuth: true } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  // The library reads a message once the server has replied to DATA with 354, and not before.
  const whenRead = new WeakMap<AbortSignal, () => void>();
  transport.use('stream', (mail, done) => {
    const { signal } = mail.data;
    const onRead = signal && whenRead.get(signal);
    if (onRead) mail.message.processFunc((input) => Readable.from(reporting(input, onRead)));
    done();
  });

  const requireSmtpUtf8 = async (to: string, signal: AbortSignal) => {
    const isOffered = await offersSmtpUtf8(connection, signal).catch((error: unknown) => {
      throw smtpFailure(error, { to, timesRead: 0 });
    });
    if (isOffered) return;
    const cause = new Error('The mail server does not offer SMTPUTF8, which this address requires.');
    throw new DeliveryFailure({ kind: 'address_unreachable' }, { cause });
  };

  return {
    name: 'smtp',
    deadlineMs,
    maxConcurrent: maxConnections,

    async send(message, signal, handOver) {
      const mailbox = readMailbox(message.to);
      if (mailbox === undefined) throw new DeliveryFailure({ kind: 'address_unknown' });
      const to = `${mailbox.localPart}@${mailbox.domain}`;
      const { subject, text, html } = templates.mail(message);
      if (needsSmtpUtf8(to)) await requireSmtpUtf8(to, signal);
      let timesRead = 0;
      whenRead.set(signal, () => {
        timesRead += 1;
        handOver();
      });
      try {
        await transport.sendMail({
          from: { name: from.name ?? '', address: from.address },
          to: { name: '', address: to },
          subject,
          text,
          html,
          // RFC 3834: prevents automatic replies.
          headers: { 'Auto-Submitted': 'auto-generated' },
          xMailer: false,
          signal,
        });
      } catch (error) {
        throw smtpFailure(error, { to, timesRead });
      }
    },

    close: () => transport.close({ force: true }),
  };
}

/** Returns the options of the mail library for a connection, without credentials. */
export function smtpConnection(deps: Omit<SmtpDeps, 'templates' | 'from'>) {
  const { host, port, security, helloName, certificateAuthorities: ca, deadlineMs = defaultDeadlineMs } = deps;
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    opportunisticTLS: security === 'opportunistic',
    ...(helloName === undefined ? {} : { name: helloName }),
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: security !== 'opportunistic',
      ...(ca === undefined ? {} : { ca: [...ca] }),
    },
    // The library's timers only matter for connections that are not waited for any more.
    connectionTimeout: deadlineMs,
    greetingTimeout: deadlineMs,
    socketTimeout: deadlineMs,
    dnsTimeout: deadlineMs,
    maxResponseSize: 16 * 1024,
    logger: false,
  } as const;
}

/** Returns the same bytes. `tell` is called before the first. */
async function* reporting(bytes: AsyncIterable<Uint8Array>, onRead: () => void): AsyncGenerator<Uint8Array> {
  onRead();
  yield* bytes;
}
