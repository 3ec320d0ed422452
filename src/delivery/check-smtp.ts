import { createTransport } from 'nodemailer';
import { ChannelError, type ChannelProblem } from './channel.js';
import { smtpConnection, type SmtpDeps } from './smtp.js';
import { smtpFailure } from './smtp-errors.js';

/** Why a mail server would not take messages now. */
export interface SmtpProblem {
  readonly problem: ChannelProblem;
  /** The reply of the server, or the reason of the system. It contains no secret. */
  readonly detail: string;
}

/**
 * Connects to the mail server, sends EHLO, and authenticates if there are credentials. Sends no
 * message. Returns the problem, or undefined if there is none.
 */
export async function checkSmtp(deps: Omit<SmtpDeps, 'templates' | 'from'>): Promise<SmtpProblem | undefined> {
  const { credentials } = deps;
  const auth = credentials && { user: credentials.user, pass: credentials.password.reveal() };
  const transport = createTransport({ ...smtpConnection(deps), ...(auth ? { auth, forceAuth: true } : {}) });
  try {
    await transport.verify();
    return undefined;
  } catch (error) {
    const { cause, details } = smtpFailure(error, { to: '', timesRead: 0 });
    if (cause instanceof ChannelError) return { problem: cause.problem, detail: cause.detail };
    return { problem: 'out_of_order', detail: details.kind };
  } finally {
    transport.close();
  }
}
