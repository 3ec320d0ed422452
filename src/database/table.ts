import type { EntitySchema } from 'typeorm';
import type { Reader } from './reader.js';
import type { SealedColumn, Sealer } from './sealing/sealer.js';
import type { SubjectHasher } from './sealing/subject-hasher.js';
import type { TransactionSession } from './transaction-session.js';

/** Seals and hashes values before they are stored. */
export interface Sealing {
  readonly sealer: Sealer;
  readonly hasher: SubjectHasher;
}

/** A table, or several that have one store. */
export interface Table<Store> {
  readonly schemas: readonly EntitySchema[];
  readonly sealedColumns: readonly SealedColumn[];
  /** Returns the store for one transaction. */
  openStore(session: TransactionSession, sealing: Sealing): Store;
}

/** A table with reads that need no transaction. They are part of its store. */
export interface ReadableTable<Store extends Reading, Reading> extends Table<Store> {
  /** Returns these reads. */
  openReader(reader: Reader, sealing: Sealing): Reading;
}
