import { alphanumeric, randomId, randomText } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import type { Database, Transaction } from '../database/database.js';
import type { LookupPepperRecord } from '../database/tables/lookup-hashes.js';
import { hashesOf } from './lookup-hash.js';

export interface PeppersDeps extends Runtime {
  readonly database: Database;
  /** The time after which a pepper is replaced. */
  readonly periodMs: number;
}

/** The peppers of hashed lookups. One of them is current. */
export interface Peppers {
  /** Returns the pepper that clients must use. */
  current(): Promise<LookupPepperRecord>;
  /**
   * Returns true if lookups with this pepper are answered: it is current, or was so a short time
   * ago.
   */
  isGood(pepper: LookupPepperRecord): boolean;
  /** Renews the pepper when it is due, and deletes expired ones. */
  sweep(): Promise<void>;
}

/**
 * How long lookups with the former pepper are answered, because a client may just have fetched it.
 */
const graceMs = 3_600_000;
const pepperLength = 20;
const lockName = 'identity lookup pepper';
/**
 * The number of rows hashed or deleted in one transaction, so that other transactions can run in
 * between.
 */
const batchSize = 500;

/** Creates peppers that only sweep() renews. */
export function createPeppers({ database, periodMs, clock, random, logger }: PeppersDeps): Peppers {
  const list = () => database.read(({ lookupHashes }) => lookupHashes.listPeppers());

  const isDue = (peppers: readonly LookupPepperRecord[]) => {
    const current = peppers.find(isCurrent);
    if (!current) return true;
    const ageMs = clock.now() - (current.activatedAt ?? 0);
    // Daemons with different keys must not renew it in turns.
    return ageMs >= periodMs || (!current.isUnderCurrentKey && ageMs >= graceMs);
  };

  const isOver = (pepper: LookupPepperRecord) =>
    pepper.retiredAt === undefined
      ? pepper.activatedAt === undefined && !pepper.isUnderCurrentKey
      : pepper.retiredAt + graceMs <= clock.now();

  /** Returns the next current pepper: that which an earlier run began, else a new one. */
  const begin = (tx: Transaction, peppers: readonly LookupPepperRecord[]) => {
    const begun = peppers.find((pepper) => pepper.activatedAt === undefined && pepper.isUnderCurrentKey);
    if (begun) return Promise.resolve(begun);
    const fresh = {
      id: randomId(random),
      pepper: randomText(random, pepperLength, alphanumeric),
      createdAt: clock.now(),
    };
    return tx.lookupHashes.insertPepper(fresh).then(() => fresh);
  };

  /** Hashes one batch and returns its last id, or undefined if none was left. */
  const hashBatch = async (tx: Transaction, pepper: Pick<LookupPepperRecord, 'id' | 'pepper'>, afterId: string) => {
    // No row of the batch may be bound or unbound meanwhile.
    await tx.lookupHashes.holdPeppers();
    const batch = await tx.identityAssociations.listUnhashed(pepper.id, afterId, batchSize);
    // A binding that is deleted with the 3PID of its account is deleted without locking the
    // peppers.
    const held = await tx.identityAssociations.hold(batch.map(({ id }) => id));
    const there = batch.filter(({ id }) => held.has(id));
    await tx.lookupHashes.insert(there.flatMap((association) => hashesOf(association, [pepper])));
    return batch.at(-1)?.id;
  };

  const renew = async () => {
    const next = await database.transaction(async (tx) => {
      // Each bind locks them too: from here on, all new bindings have a hash with the new pepper.
      const peppers = await tx.lookupHashes.holdPeppers();
      return isDue(peppers) ? begin(tx, peppers) : undefined;
    });
    if (!next) return;
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after;
      after = await database.transaction((tx) => hashBatch(tx, next, from));
    }
    await database.transaction(async (tx) => {
      await tx.lookupHashes.holdPeppers();
      await tx.lookupHashes.activatePepper(next.id, clock.now());
    });
    logger.info('lookup pepper renewed');
  };

  const deletePepper = async ({ id }: LookupPepperRecord) => {
    let deleted = batchSize;
    while (deleted === batchSize) {
      deleted = await database.transaction((tx) => tx.lookupHashes.deleteByPepper(id, batchSize));
    }
    await database.transaction((tx) => tx.lookupHashes.deletePepper(id));
  };

  return {
    async current() {
      const found = (await list()).find(isCurrent);
      if (found) return found;
      await database.locks.run(lockName, renew);
      const made = (await list()).find(isCurrent);
      if (!made) throw new Error('no lookup pepper found after creating one');
      return made;
    },

    isGood: (pepper) => pepper.activatedAt !== undefined && !isOver(pepper),

    async sweep() {
      const peppers = await list();
      if (!isDue(peppers) && !peppers.some(isOver)) return;
      await database.locks.run(lockName, async () => {
        await renew();
        for (const pepper of (await list()).filter(isOver)) await deletePepper(pepper);
      });
    },
  };
}

function isCurrent(pepper: LookupPepperRecord): boolean {
  return pepper.activatedAt !== undefined && pepper.retiredAt === undefined;
}
