import { describe } from 'vitest';
import { createPostgresPlace, postgresMissing } from '../support/database-place.js';
import { describeAccounts } from './database-accounts-contract.js';
import { describeDatabase } from './database-contract.js';
import { describeHomeserverSessions } from './database-homeserver-sessions-contract.js';
import { describeIdentityAccounts } from './database-identity-accounts-contract.js';
import { describeIdentity, describeSharedIdentity } from './database-identity-contract.js';
import { describeRevocation } from './database-revocation-contract.js';
import { describeSchema } from './database-schema-contract.js';
import { describeSealing } from './database-sealing-contract.js';
import { describeSessionExports } from './database-session-exports-contract.js';
import { describeSessionLeases } from './database-session-leases-contract.js';
import { describeSharedValidation, describeValidation } from './database-validation-contract.js';

describe.skipIf(postgresMissing)(`on PostgreSQL ${postgresMissing ?? ''}`, () => {
  describe('the database', () => describeDatabase(createPostgresPlace));
  describe('accounts', () => describeAccounts(createPostgresPlace));
  describe('validations', () => describeValidation(createPostgresPlace));
  describe('validations of several daemons', () => describeSharedValidation(createPostgresPlace));
  describe('sessions of the homeserver', () => describeHomeserverSessions(createPostgresPlace));
  describe('users of the identity service', () => describeIdentityAccounts(createPostgresPlace));
  describe('the identity service', () => describeIdentity(createPostgresPlace));
  describe('the identity service of several daemons', () => describeSharedIdentity(createPostgresPlace));
  describe('revocation', () => describeRevocation(createPostgresPlace));
  describe('session leases', () => describeSessionLeases(createPostgresPlace));
  describe('session exports', () => describeSessionExports(createPostgresPlace));
  describe('encryption at rest', () => describeSealing(createPostgresPlace));
  describe('the schema', () => describeSchema(createPostgresPlace));
});
