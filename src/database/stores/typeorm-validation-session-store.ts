import { timingSafeEqual } from 'node:crypto';
import { In, IsNull, LessThan, LessThanOrEqual, MoreThan } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { type ValidationSessionRow, validationSessions } from '../entities/validation-sessions.js';
import { validationTokens } from '../entities/validation-tokens.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type {
  ValidationSessionKey,
  ValidationSessionRecord,
  ValidationSessionStore,
} from './validation-session-store.js';

type Address = Pick<ValidationSessionRecord, 'medium' | 'address'>;

/** Returns the validation sessions and their tokens, within one transaction. */
export function createValidationSessionStore(
  session: TransactionSession,
  sealer: Sealer,
  hasher: SubjectHasher,
): ValidationSessionStore {
  const sessions = () => session.queryRunner.manager.getRepository(validationSessions);
  const tokens = () => session.queryRunner.manager.getRepository(validationTokens);
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
  const hashesOf = (subject: string) => [hasher.hash(subject), ...hasher.oldHashes(subject)];
  const isHashOf = (subject: string, hash: string) =>
    // Returns all of them, so that the time tells nothing.
    hashesOf(subject).filter((candidate) => areEqual(candidate, hash)).length > 0;
  const addressHashes = (address: Address) => In(hashesOf(writeAddress(address)));

  const find = async ({ id, purpose, clientSecret }: ValidationSessionKey) => {
    const row = await sessions().findOneBy({ id, purpose });
    // An unknown session takes the same steps as a wrong secret.
    const isRight = isHashOf(secretSubject(id, clientSecret), row?.clientSecretHash ?? '');
    return row && isRight ? record(row) : undefined;
  };

  return {
    find,

    async hold(key) {
      // The row's lock on PostgreSQL; SQLite has one transaction at a time.
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
      const row = rows.find(({ id, clientSecretHash }) => isHashOf(secretSubject(id, clientSecret), clientSecretHash));
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

    async insertToken(token, value) {
      await tokens().insert({ ...token, tokenHash: hasher.hash(tokenSubject(token.sessionId, value)) });
    },

    async deleteToken(id) {
      await tokens().delete({ id });
    },

    async compareTokens(sessionId, given) {
      const rows = await tokens().find({ where: { sessionId }, order: { createdAt: 'ASC', id: 'ASC' } });
      const subject = tokenSubject(sessionId, given);
      return rows.map(({ tokenHash, ...row }) => ({ ...row, isGiven: isHashOf(subject, tokenHash) }));
    },

    async chargeTokens(ids) {
      if (ids.length > 0) await tokens().increment({ id: In(ids) }, 'wrongGuesses', 1);
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
      await session.queryRunner.query(
        'DELETE FROM validation_tokens WHERE session_id IN (SELECT id FROM validation_sessions WHERE expires_at <= $1)',
        [until],
      );
      await sessions().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

function readPurpose(text: string): ValidationSessionRecord['purpose'] {
  return text === 'account' || text === 'password' ? text : 'identity';
}

function areEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

// Bound to the session, so that equal secrets and equal codes are not seen to be equal.
function secretSubject(id: string, clientSecret: Secret): string {
  return `validation client secret ${id} ${clientSecret.reveal()}`;
}

function tokenSubject(sessionId: string, token: Secret): string {
  return `validation token ${sessionId} ${token.reveal()}`;
}
