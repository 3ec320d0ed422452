import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { alphanumeric, type Random, randomId, randomText } from '../base/random.js';
import type { Database, Transaction } from '../database/database.js';
import type { LookupPepperRecord } from '../database/tables/lookup-hashes.js';
import { hashesOf } from './lookup-hash.js';

/** The dependencies of createPeppers. */
export interface PeppersDeps {
  readonly database: Database;
  /** How long a pepper is used before another takes its place. */
  readonly periodMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The peppers of hashed lookups, of which there is always a current one. */
export interface Peppers {
  /** Returns the one that clients are to use. */
  current(): Promise<LookupPepperRecord>;
  /** Returns whether lookups with it are answered: it is current, or was a short time ago. */
  isGood(pepper: LookupPepperRecord): boolean;
  /** Renews the pepper when it is time, and forgets those that are over. */
  sweep(): Promise<void>;
}

/**
 * How long lookups with the former pepper are answered: whoever has just asked for it may still use
 * it.
 */
const graceMs = 3_600_000;
const pepperLength = 20;
const lockName = 'identity lookup pepper';
/** So much is hashed or deleted in one transaction: others get their turn in between. */
const batchSize = 500;

/** Peppers that are renewed by sweep() only. */
export function createPeppers({ database, periodMs, clock, random, logger }: PeppersDeps): Peppers {
  const list = () => database.transaction((tx) => tx.lookupHashes.listPeppers());

  const isDue = (peppers: readonly LookupPepperRecord[]) => {
    const current = peppers.find(isCurrent);
    if (!current) return true;
    const ageMs = clock.now() - (current.activatedAt ?? 0);
    // Daemons that disagree on the key must not renew it in turns.
    return ageMs >= periodMs || (!current.isUnderCurrentKey && ageMs >= graceMs);
  };

  const isOver = (pepper: LookupPepperRecord) =>
    pepper.retiredAt === undefined
      ? pepper.activatedAt === undefined && !pepper.isUnderCurrentKey
      : pepper.retiredAt + graceMs <= clock.now();

  /**
   * Returns a pepper that is to become the current one; one that a former run of the daemon has
   * begun with, if there is one.
   */
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

  /**
   * Hashes one batch and answers the last id of it, or undefined if there was nothing left to hash.
   */
  const hashBatch = async (tx: Transaction, pepper: Pick<LookupPepperRecord, 'id' | 'pepper'>, afterId: string) => {
    // Nothing of the batch may be published anew or withdrawn meanwhile.
    await tx.lookupHashes.holdPeppers();
    const batch = await tx.identityAssociations.listUnhashed(pepper.id, afterId, batchSize);
    // What goes with the address of an account goes without asking for the peppers.
    const held = await tx.identityAssociations.hold(batch.map(({ id }) => id));
    const there = batch.filter(({ id }) => held.has(id));
    await tx.lookupHashes.insert(there.flatMap((association) => hashesOf(association, [pepper])));
    return batch.at(-1)?.id;
  };

  const renew = async () => {
    const next = await database.transaction(async (tx) => {
      // Whoever publishes holds them too: all that is published from here on has a hash with the
      // new one.
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
    logger.info('the lookup pepper was renewed');
  };

  const forget = async ({ id }: LookupPepperRecord) => {
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
      if (!made) throw new Error('there is no lookup pepper though one was just made');
      return made;
    },

    isGood: (pepper) => pepper.activatedAt !== undefined && !isOver(pepper),

    async sweep() {
      const peppers = await list();
      if (!isDue(peppers) && !peppers.some(isOver)) return;
      await database.locks.run(lockName, async () => {
        await renew();
        for (const pepper of (await list()).filter(isOver)) await forget(pepper);
      });
    },
  };
}

function isCurrent(pepper: LookupPepperRecord): boolean {
  return pepper.activatedAt !== undefined && pepper.retiredAt === undefined;
}
