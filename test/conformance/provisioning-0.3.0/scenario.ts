import type { FakeTelegramOperation } from '../../support/fake-telegram.js';
import type { SessionDeath, TelegramFault } from '../../../src/telegram/failure.js';

/** Something that happened before the request in question. */
export type Given =
  /** The user asked for this, and was answered with `status`. */
  | { readonly asked: CaseRequest; readonly status: number }
  /** Telegram answers the next call of `operation` with `fault`. */
  | { readonly telegramFails: FakeTelegramOperation; readonly fault: TelegramFault }
  /** Telegram ends every session there is. */
  | { readonly sessionsEnd: SessionDeath };

/** A request; with the right secret unless it says otherwise. `base64` stands for a body that is no text. */
export interface CaseRequest {
  readonly method: 'GET' | 'POST';
  /** Below the prefix. */
  readonly path: string;
  /** null sends no Authorization header. */
  readonly authorization?: string | null;
  readonly contentType?: string;
  readonly body?: string | { readonly base64: string } | { readonly repeat: string; readonly times: number };
}

/** Where the answer differs from the original server's, on purpose. */
export interface Deviation {
  /** The number of the ruling in docs/decisions/0001-provisioning-0.3.0-wire.md. */
  readonly ruling: number;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One case of the transcript, to be played again. */
export interface ReplayCase {
  readonly given?: readonly Given[];
  readonly request: CaseRequest;
  /** The phone number whose account the answer is about, where it is not the usual one of the step. */
  readonly accountOf?: string;
  readonly deviation?: Deviation;
}
