import type { Secret } from '../base/secret.js';
import { channelDown, type PhoneChannel } from './channel.js';
import { post } from './post.js';
import { gatewayFailure } from './telegram-gateway-errors.js';

export interface TelegramGatewayDeps {
  readonly token: Secret;
  /** The base URL of the Gateway API, without a trailing slash. */
  readonly address: string;
  /** A verified channel of the administrator, without the @. Undefined for Telegram's own name. */
  readonly senderUsername?: string | undefined;
  /** The https URL that Telegram sends delivery reports to. */
  readonly callbackUrl?: string | undefined;
  /**
   * A code that is not delivered within this time is revoked and costs nothing. Undefined for the
   * lifetime of the code.
   */
  readonly undeliveredAfterMs?: number | undefined;
  readonly deadlineMs?: number;
  readonly maxConcurrent?: number;
}

/**
 * Returns a channel for codes through Telegram's Gateway API, which shows them in the Telegram app
 * of the number's owner (https://core.telegram.org/gateway/api). Codes are generated and verified
 * by Gangway.
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

// The limits of the API.
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
