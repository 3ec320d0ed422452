import type { Secret } from '../base/secret.js';
import { channelDown, type PhoneChannel } from './channel.js';
import { post } from './post.js';
import { gatewayFailure } from './telegram-gateway-errors.js';

/** The dependencies of createTelegramGatewayChannel. */
export interface TelegramGatewayDeps {
  readonly token: Secret;
  /** If the Gateway API is, without a trailing slash. */
  readonly address: string;
  /** A verified channel of the admin's, without the @; Telegram's own name where undefined. */
  readonly senderUsername?: string | undefined;
  /** Where Telegram reports what became of a message, over https. */
  readonly callbackUrl?: string | undefined;
  /**
   * A code that is not delivered within this time is given up, and costs nothing; as long as the
   * code is good, where undefined.
   */
  readonly undeliveredAfterMs?: number | undefined;
  readonly deadlineMs?: number;
  readonly maxConcurrent?: number;
}

/**
 * Phone codes through Telegram's Gateway API, which shows them in the Telegram app of whoever has
 * the number (https://core.telegram.org/gateway/api). The codes are ours, so that nothing is asked
 * of Telegram when somebody enters one.
 */
export function createTelegramGatewayChannel(deps: TelegramGatewayDeps): PhoneChannel {
  const { token, address, senderUsername, callbackUrl, undeliveredAfterMs } = deps;
  const { deadlineMs = 10_000, maxConcurrent = 20 } = deps;

  return {
    name: 'telegram_gateway',
    deadlineMs,
    maxConcurrent,

    async send({ to, code, expiresInMs }, signal, handOver) {
      const answer = await post({
        url: `${address}/sendVerificationMessage`,
        headers: { Authorization: `Bearer ${token.reveal()}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({
          phone_number: to.reveal(),
          code: code.reveal(),
          ttl: ttlSeconds(Math.min(undeliveredAfterMs ?? expiresInMs, expiresInMs)),
          ...(senderUsername === undefined ? {} : { sender_username: senderUsername }),
          ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }),
        }),
        signal,
        handOver,
      });
      const { ok, error } = readAnswer(answer.text);
      if (ok === true) return;
      if (typeof error === 'string') throw gatewayFailure(error, answer.retryAfterMs);
      const problem = answer.status >= 500 ? 'out_of_order' : 'answer_unfit';
      throw channelDown(problem, `status ${answer.status} without a result or an error`, { mayHaveSent: true });
    },
  };
}

// Returns the bounds that the API sets.
function ttlSeconds(ms: number): number {
  return Math.min(3600, Math.max(30, Math.floor(ms / 1000)));
}

function readAnswer(text: string): { readonly ok?: unknown; readonly error?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
