import { canonicalAddress, type ThirdPartyAddress } from '../base/canonical-address.js';
import type { Clock } from '../base/clock.js';
import { type Mxid, type ServerName, serverNameOf } from '../base/mxid.js';
import { type Random, randomId } from '../base/random.js';
import { signJson } from '../base/signed-json.js';
import type { Database, Transaction } from '../database/database.js';
import type { IdentityInviteRecord } from '../database/tables/identity-invites.js';
import type { Validation, ValidatedAddress } from '../threepid/validation.js';
import { type AccountPublisher, type Associations, identityPurpose, type SignedAssociation } from './associations.js';
import { IdentityFailure } from './failure.js';
import { findUsers } from './find-users.js';
import { hashesOf } from './lookup-hash.js';
import type { LookupLimits } from './lookup-limits.js';
import type { Peppers } from './peppers.js';
import { addressLock, readAddress, readMxid } from './read-asked.js';
import type { SigningKeys } from './signing-keys.js';
import type { CheckUnbindProof } from './unbind-proof.js';

/** Which Matrix IDs version 1, which has no callers, may bind: those of our own server, or any. */
export type BindPolicy = 'own_server' | 'any';

export interface AssociationsDeps {
  readonly database: Database;
  readonly validation: Pick<Validation, 'loadValidated'>;
  readonly checkUnbindProof: CheckUnbindProof;
  readonly signingKeys: SigningKeys;
  readonly peppers: Peppers;
  readonly limits: LookupLimits;
  /** The name in signatures. */
  readonly serverName: string;
  readonly policy: { readonly allow: BindPolicy; readonly ownServer: ServerName };
  /** Called when there is an invite to deliver. */
  readonly onInvitesClaimed: () => void;
  readonly clock: Clock;
  readonly random: Random;
}

type Published = Pick<ValidatedAddress, 'medium' | 'address' | 'alias'>;

// The value that other identity services use and clients expect.
const validForMs = 100 * 365 * 86_400_000;

/** Creates the associations in the database. */
export function createAssociations(deps: AssociationsDeps): Associations & AccountPublisher {
  const { database, validation, signingKeys, peppers, limits, serverName, policy, clock, random } = deps;

  const requireAllowed = (mxid: Mxid, caller: Mxid | undefined) => {
    if (caller !== undefined && caller !== mxid) throw new IdentityFailure({ kind: 'not_your_mxid' });
    const isForeign = serverNameOf(mxid) !== policy.ownServer;
    if (caller === undefined && policy.allow === 'own_server' && isForeign) {
      throw new IdentityFailure({ kind: 'mxid_not_allowed' });
    }
  };

  /**
   * Applies to users with an account here. The bindings of a deactivated account are deleted, and
   * none may follow.
   */
  const requireActive = async (tx: Transaction, mxid: Mxid, caller: Mxid | undefined) => {
    const account = await tx.accounts.hold(mxid);
    if (account?.deactivatedAt === undefined) return;
    throw new IdentityFailure({ kind: caller === undefined ? 'mxid_not_allowed' : 'token_unknown' });
  };

  const signWithAll = (object: SignedAssociation) =>
    signingKeys.all.reduce<SignedAssociation>((signed, key) => signJson(signed, serverName, key), object);

  const sign = (mxid: Mxid, { medium, address }: ThirdPartyAddress, pending: readonly IdentityInviteRecord[]) => {
    const now = clock.now();
    const invites = pending.map(({ token, roomId, sender }) => ({
      medium,
      address,
      room_id: roomId,
      sender,
      token,
      mxid,
      signed: signWithAll({ mxid, token }),
    }));
    const association = {
      medium,
      address,
      mxid,
      ts: now,
      not_before: now,
      not_after: now + validForMs,
      ...(invites.length > 0 && { invites }),
    };
    return signJson(association, serverName, signingKeys.current);
  };

  const withdraw = async (tx: Transaction, address: ThirdPartyAddress, mxid?: Mxid) => {
    const found = await tx.identityAssociations.find(address);
    if (!found || (mxid !== undefined && found.mxid !== mxid)) return;
    await tx.identityAssociations.delete(found.id);
  };

  const publish = async (tx: Transaction, mxid: Mxid, proven: Published, accountAddressId?: string) => {
    const held = await tx.lookupHashes.holdPeppers();
    const { medium, address } = proven;
    const pending = await tx.identityInvites.listPending(proven);
    const signed = sign(mxid, proven, pending);
    const text = JSON.stringify(signed);
    const createdAt = clock.now();
    const association = { id: randomId(random), mxid, medium, address, alias: proven.alias };
    await withdraw(tx, proven);
    await tx.identityAssociations.insert({ ...association, signed: text, createdAt, accountAddressId });
    await tx.lookupHashes.insert(hashesOf(association, held));
    if (pending.length > 0) {
      const delivery = { id: randomId(random), serverName: serverNameOf(mxid), body: text, createdAt };
      await tx.inviteDeliveries.insert({ ...delivery, dueAt: createdAt });
      await tx.identityInvites.claim(
        pending.map(({ id }) => id),
        delivery.id,
      );
    }
    return { signed, hasInvites: pending.length > 0 };
  };

  /** Creates a pepper first, so that the next renewal includes this association. */
  const runExclusive = async <T>(address: ThirdPartyAddress, work: (tx: Transaction) => Promise<T>): Promise<T> => {
    await peppers.current();
    return database.locks.run(addressLock(address), () => database.transaction(work));
  };

  return {
    async bind({ sid, clientSecret, mxid: named, caller }) {
      const mxid = readMxid(named);
      requireAllowed(mxid, caller);
      const proven = await validation.loadValidated({ purpose: identityPurpose, sid, clientSecret });
      const { signed, hasInvites } = await runExclusive(proven, async (tx) => {
        await requireActive(tx, mxid, caller);
        return publish(tx, mxid, proven);
      });
      if (hasInvites) deps.onInvitesClaimed();
      return signed;
    },

    async publish({ id, mxid, medium, address }) {
      const published = await runExclusive({ medium, address }, async (tx) => {
        if (!(await tx.accountAddresses.hold(id)) || (await tx.identityAssociations.find({ medium, address }))) return;
        return publish(tx, mxid, { medium, address, alias: undefined }, id);
      });
      if (published?.hasInvites) deps.onInvitesClaimed();
      return published !== undefined;
    },

    async unbind({ mxid: named, ...asked }, proof) {
      const mxid = readMxid(named);
      const address = readAddress(asked);
      await deps.checkUnbindProof(proof, mxid, address);
      await database.locks.run(addressLock(address), () =>
        database.transaction(async (tx) => {
          await tx.lookupHashes.holdPeppers();
          await withdraw(tx, address, mxid);
        }),
      );
    },

    async find(asked, caller) {
      const address = canonicalAddress(asked);
      if (!address) return undefined;
      limits.admit(caller, [`${address.medium} ${address.address}`]);
      const found = await database.transaction((tx) => tx.identityAssociations.find(address));
      return found && (JSON.parse(found.signed) as SignedAssociation);
    },

    async findMany(asked, caller) {
      limits.admit(
        caller,
        asked.map(({ medium, address }) => `${medium} ${address}`),
      );
      const users = await findUsers(database, asked);
      return asked.flatMap(({ medium, address }, index) => {
        const mxid = users[index];
        return mxid === undefined ? [] : [{ medium, address, mxid }];
      });
    },
  };
}
