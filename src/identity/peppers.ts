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

/** What has become of an adopted pepper. */
export type PepperAdoption =
  | 'adopted'
  /** It is the current one. */
  | 'unchanged'
  /** The specification allows letters and digits only. */
  | 'malformed'
  /** It was the current one before, and has been replaced. */
  | 'replaced_before';

/** The peppers of hashed lookups. One of them is current. */
export interface Peppers {
  /**
   * Returns the pepper that clients must use. For up to ten seconds after another daemon or an
   * import has replaced it, this may be the former one.
   */
  current(): Promise<LookupPepperRecord>;
  /**
   * Returns true if lookups with this pepper are answered: it is current, or was so a short time
   * ago.
   */
  isGood(pepper: LookupPepperRecord): boolean;
  /**
   * Makes the pepper of another identity service the current one, for a period, so that hashes that
   * clients have computed stay valid. A dry run only returns what would happen.
   */
  adopt(pepper: string, options: { readonly isDryRun: boolean }): Promise<PepperAdoption>;
  /** Renews the pepper when it is due, and deletes expired ones. */
  sweep(): Promise<void>;
}

/**
 * How long lookups with the former pepper are answered, because a client may just have fetched it.
 */
const graceMs = 3_600_000;
/** How long the current pepper is cached: much less than `graceMs`. */
const cacheMs = 10_000;
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
  let cached: { readonly pepper: LookupPepperRecord; readonly readAt: number } | undefined;
  let activations = 0;

  const findCached = () => {
    if (!cached) return undefined;
    const ageMs = clock.now() - cached.readAt;
    // The clock may be set back.
    return ageMs >= 0 && ageMs < cacheMs ? cached.pepper : undefined;
  };

  const findCurrent = async () => {
    const [readAt, before] = [clock.now(), activations];
    const pepper = (await list()).find(isCurrent);
    if (pepper && activations === before) cached = { pepper, readAt };
    return pepper;
  };

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
    const begun = peppers.find(isBegun);
    return begun ? Promise.resolve(begun) : insert(tx, randomText(random, pepperLength, alphanumeric));
  };

  const insert = async (tx: Transaction, pepper: string) => {
    const fresh = { id: randomId(random), pepper, createdAt: clock.now() };
    await tx.lookupHashes.insertPepper(fresh);
    return fresh;
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

  /** Makes the pepper the current one, once all associations have a hash with it. */
  const activate = async (next: Pick<LookupPepperRecord, 'id' | 'pepper'>) => {
    for (let after: string | undefined = ''; after !== undefined;) {
      const from: string = after;
      after = await database.transaction((tx) => hashBatch(tx, next, from));
    }
    await database.transaction(async (tx) => {
      await tx.lookupHashes.holdPeppers();
      await tx.lookupHashes.activatePepper(next.id, clock.now());
    });
    activations += 1;
    cached = undefined;
    logger.info('lookup pepper renewed');
  };

  const renew = async () => {
    const next = await database.transaction(async (tx) => {
      // Each bind locks them too: from here on, all new bindings have a hash with the new pepper.
      const peppers = await tx.lookupHashes.holdPeppers();
      return isDue(peppers) ? begin(tx, peppers) : undefined;
    });
    if (next) await activate(next);
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
      const found = findCached() ?? (await findCurrent());
      if (found) return found;
      await database.locks.run(lockName, renew);
      const made = await findCurrent();
      if (!made) throw new Error('no lookup pepper found after creating one');
      return made;
    },

    isGood: (pepper) => pepper.activatedAt !== undefined && !isOver(pepper),

    adopt: (pepper, { isDryRun }) =>
      database.locks.run(lockName, async () => {
        const adoption = judge(await list(), pepper);
        if (adoption !== 'adopted' || isDryRun) return adoption;
        const next = await database.transaction(async (tx) => {
          const peppers = await tx.lookupHashes.holdPeppers();
          return peppers.find((known) => known.pepper === pepper && isBegun(known)) ?? insert(tx, pepper);
        });
        await activate(next);
        return adoption;
      }),

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

/** Whether its hashes are being computed, under the current key. */
function isBegun({ activatedAt, isUnderCurrentKey }: LookupPepperRecord): boolean {
  return activatedAt === undefined && isUnderCurrentKey;
}

function judge(peppers: readonly LookupPepperRecord[], pepper: string): PepperAdoption {
  if (!/^[a-zA-Z0-9]{1,255}$/.test(pepper)) return 'malformed';
  const known = peppers.filter((one) => one.pepper === pepper);
  if (known.some(isCurrent)) return 'unchanged';
  return known.some(({ retiredAt }) => retiredAt !== undefined) ? 'replaced_before' : 'adopted';
}
