import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

/**
 * Returns whether an address requires the extension SMTPUTF8 (RFC 6531): its local part is not
 * ASCII. Domains are sent in their ASCII form.
 */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\0-\x7f]/.test(address.slice(0, address.lastIndexOf('@')));
}

/**
 * Checks on a separate connection whether the server offers SMTPUTF8. The mail library sends such
 * addresses as UTF-8 to all servers, and cannot be configured otherwise. Rejects with the library's
 * error if the server is unreachable.
 */
export function offersSmtpUtf8(options: SMTPConnectionOptions, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const connection = new SMTPConnection(options);
    const end = (act: () => void) => {
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = () => {
      connection.close();
      end(() => reject(new Error('timeout')));
    };
    signal.addEventListener('abort', onAbort);
    connection.once('error', (error: Error) => end(() => reject(error)));
    connection.connect(() => {
      // The reply to the last EHLO, which is that after STARTTLS if there was one.
      const answer = connection.lastServerResponse;
      connection.quit();
      end(() => resolve(answer !== false && /^250[ -]SMTPUTF8\b/im.test(answer)));
    });
  });
}
