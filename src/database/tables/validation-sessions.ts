import { EntitySchema, In, IsNull, LessThan, LessThanOrEqual, MoreThan } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';
import {
  openTokenStore,
  type SentToken,
  type ValidationTokenStore,
  validationTokenSchema,
} from './validation-tokens.js';

/**
 * A row of validation_sessions. `address`, `alias` and `nextLink` are sealed. `addressHash` is the
 * keyed hash of the address.
 */
interface ValidationSessionRow {
  id: string;
  purpose: string;
  addressHash: string;
  address: string;
  alias: string | null;
  clientSecretHash: string;
  mxid: string | null;
  nextLink: string | null;
  lastAttempt: number | null;
  createdAt: number;
  validatedAt: number | null;
  expiresAt: number;
}

const validationSessionSchema = new EntitySchema<ValidationSessionRow>({
  name: 'validation_sessions',
  tableName: 'validation_sessions',
  columns: {
    id: primaryText('id', 'validation_sessions_pkey'),
    purpose: text('purpose'),
    addressHash: text('address_hash'),
    address: text('address'),
    alias: optionalText('alias'),
    clientSecretHash: text('client_secret_hash'),
    mxid: optionalText('mxid'),
    nextLink: optionalText('next_link'),
    lastAttempt: optionalEpochMs('last_attempt'),
    createdAt: epochMs('created_at'),
    validatedAt: optionalEpochMs('validated_at'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'validation_sessions_address', columns: ['addressHash'] },
    { name: 'validation_sessions_expires_at', columns: ['expiresAt'] },
  ],
});

/**
 * A session in which an address, in its canonical form, is validated. Address, alias and link are
 * sealed at rest.
 */
export interface ValidationSessionRecord {
  readonly id: string;
  readonly purpose: 'identity' | 'account' | 'password';
  readonly medium: 'email' | 'msisdn';
  readonly address: string;
  /** Another form of the address that clients may hash. */
  readonly alias: string | undefined;
  /** The user who requested the token, if known. */
  readonly mxid: Mxid | undefined;
  readonly nextLink: string | undefined;
  /** The highest `send_attempt` for which a message was sent. */
  readonly lastAttempt: number | undefined;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly validatedAt: number | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * Identifies a session. A caller without the client secret cannot find out whether a session
 * exists.
 */
export interface ValidationSessionKey {
  readonly id: string;
  readonly purpose: 'identity' | 'account' | 'password';
  readonly clientSecret: Secret;
}

/**
 * Stores validation sessions and their tokens. It stores only keyed hashes of client secrets and
 * tokens.
 */
export interface ValidationSessionStore extends ValidationTokenStore {
  find(key: ValidationSessionKey): Promise<ValidationSessionRecord | undefined>;
  /**
   * Returns the session as `find` does, and locks it against other transactions until this one
   * ends.
   */
  hold(key: ValidationSessionKey): Promise<ValidationSessionRecord | undefined>;
  /**
   * Returns the newest session of that address, secret and user that is neither validated nor
   * expired at `now`.
   */
  findOpen(
    wanted: Pick<ValidationSessionRecord, 'purpose' | 'medium' | 'address' | 'mxid'> & {
      readonly clientSecret: Secret;
    },
    now: number,
  ): Promise<ValidationSessionRecord | undefined>;
  insert(record: ValidationSessionRecord, clientSecret: Secret): Promise<void>;
  setNextLink(id: string, nextLink: string | undefined): Promise<void>;
  /** Raises `lastAttempt` to that attempt, unless it is higher already. */
  advance(id: string, attempt: number): Promise<void>;
  validate(id: string, validatedAt: number, expiresAt: number): Promise<void>;
  /** Deletes the session and its tokens. */
  delete(id: string): Promise<void>;
  /**
   * Returns the tokens that were made for that address after `since` (epoch ms), for any purpose,
   * oldest first.
   */
  listSent(address: Pick<ValidationSessionRecord, 'medium' | 'address'>, since: number): Promise<readonly SentToken[]>;
  /**
   * Expires the user's sessions, and the sessions with purpose `password` of these addresses. Their
   * tokens still count against the limits of the addresses.
   */
  expireByUser(
    mxid: Mxid,
    addresses: readonly Pick<ValidationSessionRecord, 'medium' | 'address'>[],
    at: number,
  ): Promise<void>;
  /** Deletes sessions that expired at or before `until` (epoch ms), and their tokens. */
  deleteExpired(until: number): Promise<void>;
}

type Address = Pick<ValidationSessionRecord, 'medium' | 'address'>;

const sealedColumns = {
  validationAddress: { table: 'validation_sessions', column: 'address', hashColumn: 'address_hash' },
  validationAlias: { table: 'validation_sessions', column: 'alias' },
  validationNextLink: { table: 'validation_sessions', column: 'next_link' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer, hasher }: Sealing): ValidationSessionStore {
  const sessions = () => session.queryRunner.manager.getRepository(validationSessionSchema);
  const tokens = () => session.queryRunner.manager.getRepository(validationTokenSchema);
  const { validationAddress, validationAlias, validationNextLink } = sealedColumns;

  const record = (row: ValidationSessionRow): ValidationSessionRecord => ({
    id: row.id,
    purpose: readPurpose(row.purpose),
    ...readAddress(sealer.open(validationAddress, row.id, row.address)),
    alias: row.alias === null ? undefined : sealer.open(validationAlias, row.id, row.alias).reveal(),
    mxid: (row.mxid ?? undefined) as Mxid | undefined,
    nextLink: row.nextLink === null ? undefined : sealer.open(validationNextLink, row.id, row.nextLink).reveal(),
    lastAttempt: row.lastAttempt ?? undefined,
    createdAt: row.createdAt,
    validatedAt: row.validatedAt ?? undefined,
    expiresAt: row.expiresAt,
  });
  const sealLink = (id: string, link: string | undefined) =>
    link === undefined ? null : sealer.seal(validationNextLink, id, new Secret(link));
  const addressHashes = (address: Address) => In(hasher.allHashes(writeAddress(address)));

  const find = async ({ id, purpose, clientSecret }: ValidationSessionKey) => {
    const row = await sessions().findOneBy({ id, purpose });
    // An unknown session takes as long as a wrong secret.
    const isRight = hasher.isHashOf(secretSubject(id, clientSecret), row?.clientSecretHash ?? '');
    return row && isRight ? record(row) : undefined;
  };

  return {
    ...openTokenStore(session, hasher),

    find,

    async hold(key) {
      // Locks the row on PostgreSQL. SQLite has one transaction at a time.
      await sessions().update({ id: key.id }, { id: key.id });
      return find(key);
    },

    async findOpen({ purpose, mxid, clientSecret, ...address }, now) {
      const rows = await sessions().find({
        where: {
          addressHash: addressHashes(address),
          purpose,
          mxid: mxid ?? IsNull(),
          validatedAt: IsNull(),
          expiresAt: MoreThan(now),
        },
        order: { createdAt: 'DESC', id: 'ASC' },
      });
      const row = rows.find(({ id, clientSecretHash }) =>
        hasher.isHashOf(secretSubject(id, clientSecret), clientSecretHash),
      );
      return row && record(row);
    },

    async insert({ medium, address, alias, nextLink, ...rest }, clientSecret) {
      const text = writeAddress({ medium, address });
      await sessions().insert({
        ...rest,
        addressHash: hasher.hash(text),
        address: sealer.seal(validationAddress, rest.id, new Secret(text)),
        alias: alias === undefined ? null : sealer.seal(validationAlias, rest.id, new Secret(alias)),
        clientSecretHash: hasher.hash(secretSubject(rest.id, clientSecret)),
        mxid: rest.mxid ?? null,
        nextLink: sealLink(rest.id, nextLink),
        lastAttempt: rest.lastAttempt ?? null,
        validatedAt: rest.validatedAt ?? null,
      });
    },

    async setNextLink(id, nextLink) {
      await sessions().update({ id }, { nextLink: sealLink(id, nextLink) });
    },

    async advance(id, attempt) {
      const isGreater = [
        { id, lastAttempt: IsNull() },
        { id, lastAttempt: LessThan(attempt) },
      ];
      for (const where of isGreater) await sessions().update(where, { lastAttempt: attempt });
    },

    async validate(id, validatedAt, expiresAt) {
      await sessions().update({ id }, { validatedAt, expiresAt });
    },

    async delete(id) {
      await tokens().delete({ sessionId: id });
      await sessions().delete({ id });
    },

    async listSent(address, since) {
      const owners = await sessions().find({
        select: { id: true, mxid: true },
        where: { addressHash: addressHashes(address), expiresAt: MoreThan(since) },
      });
      const users = new Map(owners.map(({ id, mxid }) => [id, (mxid as Mxid | null) ?? undefined]));
      const sessionId = In([...users.keys()]);
      const rows = await tokens().find({
        where: { sessionId, createdAt: MoreThan(since) },
        order: { createdAt: 'ASC' },
      });
      return rows.map(({ createdAt, sessionId: id }) => ({ at: createdAt, mxid: users.get(id) }));
    },

    async expireByUser(mxid, addresses, at) {
      await sessions().update({ mxid, expiresAt: MoreThan(at) }, { expiresAt: at });
      for (const address of addresses) {
        const resets = { purpose: 'password', addressHash: addressHashes(address), expiresAt: MoreThan(at) };
        await sessions().update(resets, { expiresAt: at });
      }
    },

    async deleteExpired(until) {
      await session.write(
        'DELETE FROM validation_tokens WHERE session_id IN (SELECT id FROM validation_sessions WHERE expires_at <= $1)',
        [until],
      );
      await sessions().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The tables of validation sessions and their tokens. */
export const validationSessions: Table<ValidationSessionStore> = {
  schemas: [validationSessionSchema, validationTokenSchema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};

function readPurpose(text: string): ValidationSessionRecord['purpose'] {
  return text === 'account' || text === 'password' ? text : 'identity';
}

// Includes the session, so that hashes of equal secrets differ.
function secretSubject(id: string, clientSecret: Secret): string {
  return `validation client secret ${id} ${clientSecret.reveal()}`;
}
