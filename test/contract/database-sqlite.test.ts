import { describe } from 'vitest';
import { createSqlitePlace } from '../support/database-place.js';
import { describeDatabase } from './database-contract.js';

describe('the database on SQLite', () => describeDatabase(createSqlitePlace));
