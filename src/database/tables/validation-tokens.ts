import { EntitySchema } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { epochMs, primaryText, text } from '../columns.js';

/** A row of validation_tokens. */
interface ValidationTokenRow {
  id: string;
  sessionId: string;
  tokenHash: string;
  createdAt: number;
  wrongGuesses: number;
}

/** The table of tokens that were sent to validate addresses. ValidationSessionStore serves it. */
export const validationTokenSchema = new EntitySchema<ValidationTokenRow>({
  name: 'validation_tokens',
  tableName: 'validation_tokens',
  columns: {
    id: primaryText('id', 'validation_tokens_pkey'),
    sessionId: text('session_id'),
    tokenHash: text('token_hash'),
    createdAt: epochMs('created_at'),
    wrongGuesses: epochMs('wrong_guesses'),
  },
  indices: [{ name: 'validation_tokens_session', columns: ['sessionId'] }],
});

/** A token that was sent for a session. */
export interface ValidationTokenRecord {
  readonly id: string;
  readonly sessionId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The number of wrong guesses. */
  readonly wrongGuesses: number;
}

/** A token that was made for an address. */
export interface SentToken {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The user of its session, or undefined if the session has none. */
  readonly mxid: Mxid | undefined;
}

/** Returns the text to hash. It includes the session, so that hashes of equal tokens differ. */
export function tokenSubject(sessionId: string, token: Secret): string {
  return `validation token ${sessionId} ${token.reveal()}`;
}
