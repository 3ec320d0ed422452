import { describe } from 'vitest';
import { createPostgresPlace, postgresMissing } from '../support/database-place.js';
import { describeDatabase } from './database-contract.js';

describe.skipIf(postgresMissing)(`the database on PostgreSQL ${postgresMissing ?? ''}`, () =>
  describeDatabase(createPostgresPlace),
);
