import { channelDown } from './channel.js';
import { DeliveryFailure } from './failure.js';

/** What a mail library's error says of itself. */
interface SmtpError {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
}

// Servers that put off mail from those whom they do not know take it after some minutes.
const usualWaitMs = 5 * 60_000;

/**
 * Returns the failure that an error of the mail library means; nothing of `to` gets into its
 * detail. `timesRead`: how often the message went out.
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
  // The server's no to a message says nothing of one before it that was left without an answer.
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
  /** Whether the server refuses to pass mail on for us, to any address of other servers. */
  readonly deniesRelay: boolean;
  readonly detail: string;
  readonly mayHaveSent: boolean;
}

/** RFC 5321, section 4.2, and RFC 3463 if the server returns an enhanced code. */
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

/** What the server said, or only its codes if it names who was to get the message. */
function withoutAddress(response: string, to: string): string {
  const [local = to] = to.toLowerCase().split('@');
  const codes = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response)?.[0] ?? '';
  if (response.toLowerCase().includes(local)) return codes;
  return response.slice(0, 500).replaceAll(/[^\s<>"']+@[^\s<>"']+/g, '…');
}

function reasonBelow(error: unknown): string {
  return error instanceof Error && error.message !== '' ? ` (${error.message.slice(0, 200)})` : '';
}
