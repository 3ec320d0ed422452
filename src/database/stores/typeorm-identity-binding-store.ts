import { In } from 'typeorm';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { type IdentityBindingRow, identityBindings } from '../entities/identity-bindings.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { IdentityBindingRecord, IdentityBindingStore } from './identity-binding-store.js';

const oldestFirst = { createdAt: 'ASC', id: 'ASC' } as const;

/** What is published at identity servers of others, within one transaction. */
export function createIdentityBindingStore(
  session: TransactionSession,
  sealer: Sealer,
  hasher: SubjectHasher,
): IdentityBindingStore {
  const repository = () => session.queryRunner.manager.getRepository(identityBindings);
  const { bindingAddress, bindingProof } = sealedColumns;
  const hashesOf = (address: ThirdPartyAddress) => {
    const text = writeAddress(address);
    return In([hasher.hash(text), ...hasher.oldHashes(text)]);
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
      // Somebody else may save the same at this moment.
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
