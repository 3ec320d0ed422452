import type { SessionDeath, TelegramFault } from '../../src/telegram/failure.js';
import type { FakeTelegramOperation } from '../support/fake-telegram.js';

/** Something that happened before the request in question. */
export type Given =
  /** The user asked for this, and was answered with `status`. */
  | { readonly asked: CaseRequest; readonly status: number }
  /** Telegram answers the next call of `operation` with `fault`. */
  | { readonly telegramFails: FakeTelegramOperation; readonly fault: TelegramFault }
  /** Telegram ends every session there is. */
  | { readonly sessionsEnd: SessionDeath }
  /** The account of this number scans the QR code that was shown last. */
  | { readonly scannedBy: string }
  /** So much time goes by. */
  | { readonly passesMs: number };

/**
 * A request; with the right secret unless it says otherwise. `base64` stands for a body that is no text. `{login_id}` and `{txn_id}` in the
 * path are those of the answer before.
 */
export interface CaseRequest {
  readonly method: 'GET' | 'POST';
  /** Below the prefix. */
  readonly path: string;
  /** null sends no Authorization header. */
  readonly authorization?: string | null;
  readonly contentType?: string;
  readonly body?: string | { readonly base64: string } | { readonly repeat: string; readonly times: number };
  /** The request asks for a WebSocket; where one opens, the answer has the status 101, and for its body the messages until it closes. */
  readonly webSocket?: {
    readonly protocols?: readonly string[];
    /** What happens after each message. */
    readonly meanwhile: readonly Given[];
  };
}

/** Where the answer differs from the original server's, on purpose. */
export interface Deviation {
  /** The number of the ruling in the document of decisions. */
  readonly ruling: number;
  readonly status: number;
  readonly body: Body;
}

/**
 * A body; texts such as `{phone}` in it stand for what the account of the case has, `{any}` for any text, `{number}` for any number,
 * `{anything}` for any value.
 */
export type Body = Readonly<Record<string, unknown>> | readonly unknown[];

/** One case of a transcript, to be played again. */
export interface ReplayCase {
  readonly given?: readonly Given[];
  readonly request: CaseRequest;
  /** The phone number or bot token whose account the answer is about, where it is not the usual one. */
  readonly accountOf?: string;
  readonly deviation?: Deviation;
}
