import { describe } from 'vitest';
import { createMigratedPostgres, createMigratedSqlite, postgresMissing } from '../support/test-database.js';
import { describeLockOrder, describeTelegramProofs } from './telegram-proofs.js';

describe('phone numbers that Telegram logins validate, on SQLite', () => describeTelegramProofs(createMigratedSqlite));

describe.skipIf(postgresMissing)(
  `phone numbers that Telegram logins validate, on PostgreSQL ${postgresMissing ?? ''}`,
  () => {
    describeTelegramProofs(createMigratedPostgres);
    describeLockOrder(createMigratedPostgres);
  },
);
