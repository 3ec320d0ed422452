import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';

/** A row of validation_tokens. */
export interface ValidationTokenRow {
  id: string;
  sessionId: string;
  tokenHash: string;
  createdAt: number;
  wrongGuesses: number;
}

/** The table of tokens that were sent to prove addresses, by keyed hash. */
export const validationTokens = new EntitySchema<ValidationTokenRow>({
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
