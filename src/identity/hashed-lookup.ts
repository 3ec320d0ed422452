import type { Mxid } from '../base/mxid.js';
import type { Database } from '../database/database.js';
import type { AskedAddress } from './associations.js';
import { IdentityFailure } from './failure.js';
import { findUsers } from './find-users.js';
import type { LookupLimits } from './lookup-limits.js';
import type { Lookup } from './lookup.js';
import type { Peppers } from './peppers.js';

export interface HashedLookupDeps {
  readonly database: Database;
  readonly peppers: Peppers;
  readonly limits: LookupLimits;
}

const algorithms = ['sha256', 'none'] as const;

/** Creates lookups in the bindings. */
export function createHashedLookup({ database, peppers, limits }: HashedLookupDeps): Lookup {
  const requirePepper = async (pepper: string, algorithm: string) => {
    const current = await peppers.current();
    if (current.pepper === pepper) return current;
    const all = await database.read(({ lookupHashes }) => lookupHashes.listPeppers());
    const former = all.find((candidate) => candidate.pepper === pepper);
    if (former && peppers.isGood(former)) return former;
    throw new IdentityFailure({ kind: 'pepper_wrong', lookupPepper: current.pepper, algorithm });
  };

  const findClear = async (texts: readonly string[], asked: readonly AskedAddress[]) => {
    const users = await findUsers(database, asked);
    const found = new Map<string, Mxid>();
    for (const [index, text] of texts.entries()) {
      const mxid = users[index];
      if (mxid !== undefined) found.set(text, mxid);
    }
    return found;
  };

  const findHashed = (pepperId: string, hashes: readonly string[]) =>
    database.read(({ lookupHashes }) => lookupHashes.findUsers(pepperId, hashes));

  return {
    async hashDetails() {
      return { algorithms, lookupPepper: (await peppers.current()).pepper };
    },

    async lookUp({ algorithm: name, pepper: text, addresses, caller }) {
      const algorithm = algorithms.find((known) => known === name);
      if (algorithm === undefined) throw new IdentityFailure({ kind: 'algorithm_unknown' });
      limits.requireFew(addresses);
      const pepper = await requirePepper(text, algorithm);
      const clear = algorithm === 'none' ? addresses.map(readClear) : [];
      limits.admit(caller, addresses);
      if (algorithm === 'none') return findClear(addresses, clear);
      return findHashed(pepper.id, addresses.filter(isHash));
    },
  };
}

/**
 * Returns the address and medium of a text with one space between them. Throws
 * lookup_address_malformed.
 */
function readClear(text: string): AskedAddress {
  const [address, medium, ...more] = text.split(' ');
  if (!address || !medium || more.length > 0) throw new IdentityFailure({ kind: 'lookup_address_malformed' });
  return { address, medium };
}

function isHash(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
