import { describe } from 'vitest';
import { createPostgresPlace, createSqlitePlace, postgresMissing } from '../support/database-place.js';
import { describeLockOrder, describeTelegramProofs } from './telegram-proofs.js';

describe('phone numbers that logins to Telegram prove, on SQLite', () => describeTelegramProofs(createSqlitePlace));

describe.skipIf(postgresMissing)(
  `phone numbers that logins to Telegram prove, on PostgreSQL ${postgresMissing ?? ''}`,
  () => {
    describeTelegramProofs(createPostgresPlace);
    describeLockOrder(createPostgresPlace);
  },
);
