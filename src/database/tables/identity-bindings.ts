import { EntitySchema, In } from 'typeorm';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of identity_bindings. `address` and `proof` are sealed. `addressHash` is the keyed hash of
 * the address.
 */
interface IdentityBindingRow {
  id: string;
  mxid: string;
  addressHash: string;
  address: string;
  idServer: string;
  proof: string;
  createdAt: number;
}

const schema = new EntitySchema<IdentityBindingRow>({
  name: 'identity_bindings',
  tableName: 'identity_bindings',
  columns: {
    id: primaryText('id', 'identity_bindings_pkey'),
    mxid: text('mxid'),
    addressHash: text('address_hash'),
    address: text('address'),
    idServer: text('id_server'),
    proof: text('proof'),
    createdAt: epochMs('created_at'),
  },
  uniques: [{ name: 'identity_bindings_place_key', columns: ['mxid', 'addressHash', 'idServer'] }],
});

/**
 * An address that a user has bound at another identity server. Address, session and secret are
 * sealed at rest.
 */
export interface IdentityBindingRecord extends ThirdPartyAddress {
  readonly id: string;
  readonly mxid: Mxid;
  readonly idServer: string;
  /** The session at that server in which the address was validated. */
  readonly sid: string;
  readonly clientSecret: Secret;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Stores which addresses users have bound at which other identity servers. */
export interface IdentityBindingStore {
  /** Stores the binding, and replaces an earlier one of the same user, address and server. */
  save(record: IdentityBindingRecord): Promise<void>;
  /** Returns the user's bindings, oldest first. */
  list(mxid: Mxid, address: ThirdPartyAddress): Promise<IdentityBindingRecord[]>;
  /** Returns the user's bindings, oldest first. */
  listByUser(mxid: Mxid): Promise<IdentityBindingRecord[]>;
  delete(id: string): Promise<void>;
  deleteByUser(mxid: Mxid): Promise<void>;
}

const oldestFirst = { createdAt: 'ASC', id: 'ASC' } as const;

const sealedColumns = {
  bindingAddress: { table: 'identity_bindings', column: 'address', hashColumn: 'address_hash' },
  bindingProof: { table: 'identity_bindings', column: 'proof' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer, hasher }: Sealing): IdentityBindingStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const { bindingAddress, bindingProof } = sealedColumns;
  const hashesOf = (address: ThirdPartyAddress) => {
    return In(hasher.allHashes(writeAddress(address)));
  };
  const record = ({ id, mxid, idServer, createdAt, ...row }: IdentityBindingRow): IdentityBindingRecord => {
    const proof = sealer.open(bindingProof, id, row.proof).reveal();
    const { sid, clientSecret } = JSON.parse(proof) as { readonly sid: string; readonly clientSecret: string };
    const opened = readAddress(sealer.open(bindingAddress, id, row.address));
    return { id, mxid: mxid as Mxid, ...opened, idServer, sid, clientSecret: new Secret(clientSecret), createdAt };
  };

  return {
    async save({ id, mxid, medium, address, idServer, sid, clientSecret, createdAt }) {
      const text = writeAddress({ medium, address });
      await repository().delete({ mxid, addressHash: hashesOf({ medium, address }), idServer });
      const proof = JSON.stringify({ sid, clientSecret: clientSecret.reveal() });
      const row = {
        id,
        mxid,
        addressHash: hasher.hash(text),
        address: sealer.seal(bindingAddress, id, new Secret(text)),
        idServer,
        proof: sealer.seal(bindingProof, id, new Secret(proof)),
        createdAt,
      };
      // Another transaction may save the same binding at this moment.
      await repository().upsert(row, { conflictPaths: ['mxid', 'addressHash', 'idServer'] });
    },

    async list(mxid, address) {
      const where = { mxid, addressHash: hashesOf(address) };
      return (await repository().find({ where, order: oldestFirst })).map(record);
    },

    async listByUser(mxid) {
      return (await repository().find({ where: { mxid }, order: oldestFirst })).map(record);
    },

    async delete(id) {
      await repository().delete({ id });
    },

    async deleteByUser(mxid) {
      await repository().delete({ mxid });
    },
  };
}

/** The table of bindings at other identity servers. */
export const identityBindings: Table<IdentityBindingStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
