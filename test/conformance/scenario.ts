import type { SessionDeath, TelegramFailureDetails } from '../../src/telegram/failure.js';
import type { FakeTelegramOperation } from '../support/fake-telegram.js';

/** Something that happened before the request in question. */
export type Given =
  /** The user asked for this, and was answered with `status`. */
  | { readonly asked: CaseRequest; readonly status: number }
  /** Telegram answers the next call of `operation` with `fault`. */
  | { readonly telegramFails: FakeTelegramOperation; readonly fault: TelegramFailureDetails }
  /** Telegram ends every session there is. */
  | { readonly sessionsEnd: SessionDeath }
  /** The account of this number scans the QR code that was shown last. */
  | { readonly scannedBy: string }
  /** So much time goes by. */
  | { readonly passesMs: number };

/**
 * A request, with the right secret unless it has its own. `base64` is a body that is not text.
 * `{login_id}` and `{txn_id}` in the path are replaced by the values of the previous answer.
 */
export interface CaseRequest {
  readonly method: 'GET' | 'POST';
  /** Below the prefix. */
  readonly path: string;
  /** null sends no Authorization header. */
  readonly authorization?: string | null;
  readonly contentType?: string;
  readonly body?: string | { readonly base64: string } | { readonly repeat: string; readonly times: number };
  /**
   * The request is a WebSocket upgrade. If the WebSocket opens, the answer has the status 101, and
   * its body is the messages until it closes.
   */
  readonly webSocket?: {
    readonly protocols?: readonly string[];
    /** What happens after each message. */
    readonly meanwhile: readonly Given[];
  };
}

/** An intended difference from the answer of the original server. */
export interface Deviation {
  /** The number of the ruling in the document of decisions. */
  readonly ruling: number;
  readonly status: number;
  readonly body: Body;
}

/**
 * A body. Texts such as `{phone}` in it are replaced by values of the account of the case. `{any}`
 * matches any text, `{number}` any number, and `{anything}` any value.
 */
export type Body = Readonly<Record<string, unknown>> | readonly unknown[];

/** One case of a transcript, to be played again. */
export interface ReplayCase {
  readonly given?: readonly Given[];
  readonly request: CaseRequest;
  /** The phone number or bot token of the account in the answer, if it is not the usual one. */
  readonly accountOf?: string;
  readonly deviation?: Deviation;
}
