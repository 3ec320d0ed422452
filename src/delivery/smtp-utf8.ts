import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

/**
 * Returns whether an address needs the extension SMTPUTF8 (RFC 6531): its local part is not ASCII.
 * Domains go out in their ASCII form.
 */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\0-\x7f]/.test(address.slice(0, address.lastIndexOf('@')));
}

/**
 * Asks the server on a connection of its own whether it offers SMTPUTF8. The mail library sends
 * such addresses as UTF-8 to servers without it too, and cannot be configured otherwise. Rejects
 * with the library's error if the server cannot be asked.
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
      end(() => reject(new Error('the time to ask is over')));
    };
    signal.addEventListener('abort', onAbort);
    connection.once('error', (error: Error) => end(() => reject(error)));
    connection.connect(() => {
      // The answer to the last EHLO, that after STARTTLS if there was one.
      const answer = connection.lastServerResponse;
      connection.quit();
      end(() => resolve(answer !== false && /^250[ -]SMTPUTF8\b/im.test(answer)));
    });
  });
}
