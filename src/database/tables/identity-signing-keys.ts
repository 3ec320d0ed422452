import { EntitySchema } from 'typeorm';
import { epochMs, primaryText, text } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of identity_signing_keys. */
interface IdentitySigningKeyRow {
  keyId: string;
  publicKey: string;
  createdAt: number;
}

const schema = new EntitySchema<IdentitySigningKeyRow>({
  name: 'identity_signing_keys',
  tableName: 'identity_signing_keys',
  columns: {
    keyId: primaryText('key_id', 'identity_signing_keys_pkey'),
    publicKey: text('public_key'),
    createdAt: epochMs('created_at'),
  },
});

/** A public key that the identity service has signed with. */
export interface IdentitySigningKeyRecord {
  /** `ed25519:` and a version. */
  readonly keyId: string;
  /** Unpadded base64. */
  readonly publicKey: string;
  /** When it was first used, epoch ms. */
  readonly createdAt: number;
}

/** Stores all public keys that the identity service has ever signed with. */
export interface IdentitySigningKeyStore {
  list(): Promise<IdentitySigningKeyRecord[]>;
  insert(record: IdentitySigningKeyRecord): Promise<void>;
}

function openStore(session: TransactionSession): IdentitySigningKeyStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  return {
    list: () => repository().find({ order: { createdAt: 'ASC', keyId: 'ASC' } }),

    async insert(record) {
      await repository().insert({ ...record });
    },
  };
}

/** The table of public keys that the identity service has ever signed with. */
export const identitySigningKeys: Table<IdentitySigningKeyStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
