import { channelDown } from './channel.js';
import { DeliveryFailure } from './failure.js';

/** The properties of an error of the mail library. */
interface SmtpError {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
}

// Greylisting servers accept mail from unknown senders after some minutes.
const usualWaitMs = 5 * 60_000;

/**
 * Returns the failure for an error of the mail library. Its detail contains no part of `to`.
 * `timesRead` is how often the message was sent.
 */
export function smtpFailure(
  error: unknown,
  { to, timesRead }: { readonly to: string; readonly timesRead: number },
): DeliveryFailure {
  const { code, command, response, responseCode } = (error instanceof Error ? error : {}) as SmtpError;
  const said = typeof response === 'string' ? withoutAddress(response, to) : undefined;
  // Postfix: "Relay access denied", Exchange: "Unable to relay", sendmail: "Relaying denied",
  // qmail: "not in my list of allowed rcpthosts".
  const deniesRelay = typeof response === 'string' && /\brelay|\brcpthosts\b/i.test(response.replaceAll(to, ''));
  const detail = [code, command, said].filter((part) => typeof part === 'string').join(': ') || 'no reason given';
  // A rejected message does not reveal whether an earlier attempt without a reply arrived.
  const isAnswered = code === 'EMESSAGE' && typeof responseCode === 'number';
  const mayHaveSent = timesRead > (isAnswered ? 1 : 0);

  switch (code) {
    case 'EAUTH':
    case 'ENOAUTH':
      return channelDown('credentials_refused', detail, { mayHaveSent });
    case 'EENVELOPE':
    case 'EMESSAGE':
      return typeof responseCode === 'number' && said !== undefined
        ? refusal({ command, responseCode, said, deniesRelay, detail, mayHaveSent })
        : channelDown('settings_refused', detail, { mayHaveSent });
    case 'ETIMEDOUT':
      return channelDown('no_answer', detail, { mayHaveSent });
    case 'EPROTOCOL':
      return channelDown('answer_unfit', detail, { mayHaveSent });
    case 'ETLS':
    case 'EREQUIRETLS':
    case 'ECONFIG':
      return channelDown('settings_refused', `${detail}${reasonBelow(error)}`, { mayHaveSent });
    default:
      return channelDown('no_connection', `${detail}${reasonBelow(error)}`, { mayHaveSent });
  }
}

interface Refusal {
  readonly command: unknown;
  readonly responseCode: number;
  readonly said: string;
  /** Returns whether the server refuses to relay mail to other servers. */
  readonly deniesRelay: boolean;
  readonly detail: string;
  readonly mayHaveSent: boolean;
}

/** RFC 5321, section 4.2, and RFC 3463 if the server sends an enhanced code. */
function refusal({ command, responseCode, said, deniesRelay, detail, mayHaveSent }: Refusal): DeliveryFailure {
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3})\.\d{1,3}\b/.exec(said)?.[1];
  if (responseCode === 421) return channelDown('out_of_order', detail, { mayHaveSent });
  if (command === 'MAIL FROM') return channelDown('settings_refused', detail, { mayHaveSent });
  if (responseCode < 500) return new DeliveryFailure({ kind: 'slow_down', retryAfterMs: usualWaitMs }, { mayHaveSent });
  if (command === 'RCPT TO') {
    if (deniesRelay) return channelDown('settings_refused', detail, { mayHaveSent });
    if (enhanced === '5.1') return new DeliveryFailure({ kind: 'address_unknown' }, { mayHaveSent });
    if (enhanced === undefined && [550, 551, 553].includes(responseCode)) {
      return new DeliveryFailure({ kind: 'address_unknown' }, { mayHaveSent });
    }
    if (responseCode === 530) return channelDown('credentials_refused', detail, { mayHaveSent });
  }
  return new DeliveryFailure({ kind: 'address_unreachable' }, { cause: new Error(detail), mayHaveSent });
}

/** Returns the server's reply, or only its codes if it contains the recipient. */
function withoutAddress(response: string, to: string): string {
  const [local = to] = to.toLowerCase().split('@');
  const codes = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response)?.[0] ?? '';
  if (response.toLowerCase().includes(local)) return codes;
  return response.slice(0, 500).replaceAll(/[^\s<>"']+@[^\s<>"']+/g, '…');
}

function reasonBelow(error: unknown): string {
  return error instanceof Error && error.message !== '' ? ` (${error.message.slice(0, 200)})` : '';
}
