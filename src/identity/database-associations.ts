import { canonicalAddress, type ThirdPartyAddress } from '../base/canonical-address.js';
import type { Clock } from '../base/clock.js';
import { type Mxid, type ServerName, serverNameOf } from '../base/mxid.js';
import type { Random } from '../base/random.js';
import type { Database, Transaction } from '../database/database.js';
import type { Validation, ValidatedAddress } from '../threepid/validation.js';
import { createAssociationWriter } from './association-writer.js';
import { type AccountPublisher, type Associations, identityPurpose, type SignedAssociation } from './associations.js';
import { IdentityFailure } from './failure.js';
import { findUsers } from './find-users.js';
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

  const writer = createAssociationWriter({ signingKeys, serverName, random });

  const publish = (tx: Transaction, mxid: Mxid, proven: Published, accountAddressId?: string) => {
    const { medium, address, alias } = proven;
    const now = clock.now();
    return writer.write(tx, { mxid, medium, address, alias, boundAt: now, writtenAt: now, accountAddressId });
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
          await writer.withdraw(tx, address, mxid);
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
