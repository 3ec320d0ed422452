import { EntitySchema, In } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of validation_tokens. */
interface ValidationTokenRow {
  id: string;
  sessionId: string;
  tokenHash: string;
  createdAt: number;
  wrongGuesses: number;
}

/** The table of tokens that were sent to validate addresses. */
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

/** The tokens of validation sessions. It stores only keyed hashes of them. */
export interface ValidationTokenStore {
  insertToken(record: ValidationTokenRecord, token: Secret): Promise<void>;
  deleteToken(id: string): Promise<void>;
  /** Returns all tokens of the session, oldest first, and whether each equals the given one. */
  compareTokens(sessionId: string, given: Secret): Promise<(ValidationTokenRecord & { readonly isGiven: boolean })[]>;
  /** Adds a wrong guess to each of these tokens. */
  chargeTokens(ids: readonly string[]): Promise<void>;
}

/** Opens the tokens for one transaction, as a part of ValidationSessionStore. */
export function openTokenStore(session: TransactionSession, hasher: SubjectHasher): ValidationTokenStore {
  const tokens = () => session.queryRunner.manager.getRepository(validationTokenSchema);

  return {
    async insertToken(token, value) {
      await tokens().insert({ ...token, tokenHash: hasher.hash(tokenSubject(token.sessionId, value)) });
    },

    async deleteToken(id) {
      await tokens().delete({ id });
    },

    async compareTokens(sessionId, given) {
      const rows = await tokens().find({ where: { sessionId }, order: { createdAt: 'ASC', id: 'ASC' } });
      const subject = tokenSubject(sessionId, given);
      return rows.map(({ tokenHash, ...row }) => ({ ...row, isGiven: hasher.isHashOf(subject, tokenHash) }));
    },

    async chargeTokens(ids) {
      if (ids.length > 0) await tokens().increment({ id: In(ids) }, 'wrongGuesses', 1);
    },
  };
}

// Includes the session, so that hashes of equal tokens differ.
function tokenSubject(sessionId: string, token: Secret): string {
  return `validation token ${sessionId} ${token.reveal()}`;
}
