import { identitySigningKeys } from '../entities/identity-signing-keys.js';
import type { TransactionSession } from '../transaction-session.js';
import type { IdentitySigningKeyStore } from './identity-signing-key-store.js';

/** Returns the public keys of the identity service, within one transaction. */
export function createIdentitySigningKeyStore(session: TransactionSession): IdentitySigningKeyStore {
  const repository = () => session.queryRunner.manager.getRepository(identitySigningKeys);
  return {
    list: () => repository().find({ order: { createdAt: 'ASC', keyId: 'ASC' } }),

    async insert(record) {
      await repository().insert({ ...record });
    },
  };
}
