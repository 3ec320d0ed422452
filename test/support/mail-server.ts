import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A message that the mail server accepted. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether the connection was encrypted. */
  readonly secure: boolean;
  /** The authenticated user, if any. */
  readonly user: string | undefined;
  readonly raw: string;
  readonly mail: Email;
}

/** A real mail server on loopback. */
export interface MailServer {
  readonly port: number;
  /** All messages so far. */
  readonly taken: readonly TakenMail[];
  /** Resolves with the `count`th message that matches, or immediately if it is already here. */
  next(matches?: (taken: TakenMail) => boolean, count?: number): Promise<TakenMail>;
  stop(): Promise<void>;
}

/**
 * Starts a mail server without encryption or authentication, unless the options require them. The
 * caller stops it.
 */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const taken: TakenMail[] = [];
  const look = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 100,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        void PostalMime.parse(raw).then((mail) => {
          taken.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            secure: session.secure,
            user: session.user,
            raw: raw.toString('utf8'),
            mail,
          });
          for (const tell of look) tell();
          done();
        }, done);
      });
    },
    ...options,
  });
  // A client that rejects our certificate and disconnects.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');

  return {
    port: (listening.address() as AddressInfo).port,
    taken,
    next: (matches = () => true, count = 1) =>
      new Promise((resolve) => {
        const tell = () => {
          const found = taken.filter(matches)[count - 1];
          if (found === undefined) return;
          look.delete(tell);
          resolve(found);
        };
        look.add(tell);
        tell();
      }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
