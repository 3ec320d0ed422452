import type { AuditEntry } from '../base/audit.js';
import type { ThirdPartyAddress } from '../base/canonical-address.js';
import { maskAddress } from '../base/mask-address.js';
import type { DomainEvent } from './tables/events.js';
import type { Transaction } from './tables/index.js';

/** Keeps an entry of the audit log until the transaction is committed. */
type Note = (entry: AuditEntry) => void;

type AuditedStores = {
  readonly [Name in keyof Transaction]?: (store: Transaction[Name], note: Note) => Transaction[Name];
};

/** Found by a poller, which may have been started by the request of another user. */
const inBackground = { type: 'gangway' } as const;

/** The stores whose writes are in the audit log, whatever part of the program writes. */
const auditedStores: AuditedStores = {
  events: (store, note) => ({
    ...store,
    async append(event) {
      await store.append(event);
      note(entryOf(event));
    },
  }),

  handOvers: (store, note) => ({
    ...store,
    async save(record) {
      await store.save(record);
      const { state, owner: subject, telegramUserId } = record;
      if (state === 'pending') {
        note({ event: 'hand_over.started', subject, details: { telegram_user_id: telegramUserId } });
      }
    },
    async update(id, state, changes) {
      const isChanged = await store.update(id, state, changes);
      if (isChanged && changes.state === 'refused') {
        const found = await store.find(id);
        const details = { telegram_user_id: found?.telegramUserId };
        note({ event: 'hand_over.refused', actor: inBackground, subject: found?.owner, outcome: 'failed', details });
      }
      return isChanged;
    },
  }),

  sessionLeases: (store, note) => ({
    ...store,
    async save(record) {
      await store.save(record);
      const { state, owner: subject, telegramUserId, consumer } = record;
      if (state !== 'exported') return;
      note({ event: 'session.exported', subject, details: { telegram_user_id: telegramUserId, consumer } });
    },
  }),

  accounts: (store, note) => ({
    ...store,
    async insert(record) {
      const isNew = await store.insert(record);
      if (isNew) note({ event: 'account.created', subject: record.mxid });
      return isNew;
    },
    async setPasswordHash(mxid, passwordHash) {
      const isSet = await store.setPasswordHash(mxid, passwordHash);
      if (isSet) note({ event: 'account.password_changed', subject: mxid });
      return isSet;
    },
    async deactivate(mxid, at) {
      const isDone = await store.deactivate(mxid, at);
      if (isDone) note({ event: 'account.deactivated', subject: mxid });
      return isDone;
    },
  }),

  accessTokens: (store, note) => ({
    ...store,
    async insert(record) {
      await store.insert(record);
      // Refreshed tokens belong to the same login.
      if (record.parentHash !== undefined) return;
      const { mxid: subject, deviceId } = record;
      note({ event: 'token.created', subject, details: { kind: 'matrix', device_id: deviceId } });
    },
    async deleteByDevice(mxid, deviceId) {
      const tokens = await store.deleteByDevice(mxid, deviceId);
      noteRevoked(note, mxid, tokens, { kind: 'matrix', device_id: deviceId });
      return tokens;
    },
    async deleteByUser(mxid, keptDeviceId) {
      const tokens = await store.deleteByUser(mxid, keptDeviceId);
      noteRevoked(note, mxid, tokens, { kind: 'matrix', kept_device_id: keptDeviceId });
      return tokens;
    },
  }),

  identityTokens: (store, note) => ({
    ...store,
    async insert(record) {
      await store.insert(record);
      note({ event: 'token.created', subject: record.mxid, details: { kind: 'identity' } });
    },
    async delete(tokenHash) {
      const found = await store.find(tokenHash);
      const isDeleted = await store.delete(tokenHash);
      if (isDeleted) note({ event: 'token.revoked', subject: found?.mxid, details: { kind: 'identity' } });
      return isDeleted;
    },
    async deleteByUser(mxid) {
      const tokens = await store.deleteByUser(mxid);
      noteRevoked(note, mxid, tokens, { kind: 'identity' });
      return tokens;
    },
  }),

  webGrants: (store, note) => ({
    ...store,
    async insert(record) {
      await store.insert(record);
      const { kind, owner: subject } = record;
      note(kind === 'link' ? { event: 'link.created', subject } : webToken('token.created', subject));
    },
    async delete(kind, tokenHash) {
      const found = await store.find(kind, tokenHash);
      const isDeleted = await store.delete(kind, tokenHash);
      if (isDeleted && kind === 'session') note(webToken('token.revoked', found?.owner));
      return isDeleted;
    },
    async deleteByUser(owner) {
      const tokens = await store.deleteByUser(owner);
      noteRevoked(note, owner, tokens, { kind: 'web' });
      return tokens;
    },
  }),

  accountAddresses: (store, note) => ({
    ...store,
    async insert(record) {
      const isNew = await store.insert(record);
      // The number of a Telegram account has an event of its own.
      if (isNew && record.telegramAccountId === undefined) note(threepid('threepid.added', record));
      return isNew;
    },
    async delete(id) {
      const found = await store.hold(id);
      const isDeleted = await store.delete(id);
      if (isDeleted && found) note(threepid('threepid.removed', found));
      return isDeleted;
    },
  }),

  identityAssociations: (store, note) => ({
    ...store,
    async insert(record) {
      await store.insert(record);
      note(threepid('threepid.bound', record));
    },
    async delete(association) {
      await store.delete(association);
      note(threepid('threepid.unbound', association));
    },
  }),
};

/** Returns the transaction, whose writes are noted. */
export function auditedTransaction(tx: Transaction, note: Note): Transaction {
  return Object.create(tx, propertiesOf(tx, note)) as Transaction;
}

function propertiesOf(tx: Transaction, note: Note): PropertyDescriptorMap {
  const names = Object.keys(auditedStores) as (keyof Transaction)[];
  return Object.fromEntries(names.map((name) => [name, { get: () => audited(name, tx, note) }]));
}

function audited<Name extends keyof Transaction>(name: Name, tx: Transaction, note: Note): Transaction[Name] {
  return auditedStores[name]?.(tx[name], note) ?? tx[name];
}

/** Records that tokens were revoked, unless there were none: most users have few kinds of them. */
function noteRevoked(
  note: Note,
  subject: AuditEntry['subject'],
  tokens: number,
  details: NonNullable<AuditEntry['details']>,
): void {
  if (tokens > 0) note({ event: 'token.revoked', subject, details });
}

const webToken = (event: 'token.created' | 'token.revoked', subject: AuditEntry['subject']): AuditEntry => ({
  event,
  subject,
  details: { kind: 'web' },
});

function threepid(
  event: AuditEntry['event'],
  { mxid: subject, ...address }: ThirdPartyAddress & { readonly mxid: AuditEntry['subject'] },
): AuditEntry {
  return { event, subject, details: { medium: address.medium, address: masked(address) } };
}

/** Returns the address without the domain, which can identify its owner. */
function masked(address: ThirdPartyAddress): string {
  return maskAddress(address).replace(/@.*$/, '@…');
}

function entryOf({ owner: subject, telegramUserId, what }: DomainEvent): AuditEntry {
  const details = { telegram_user_id: telegramUserId };
  switch (what.type) {
    case 'login.completed':
      return { event: 'login.succeeded', subject, details: { ...details, is_bot: what.isBot } };
    case 'session.handed_over':
      return { event: 'session.handed_over', actor: inBackground, subject, details };
    case 'session.ended': {
      const { reason } = what;
      const isRequested = reason === 'logout' || reason === 'replaced';
      return { event: 'session.ended', actor: isRequested ? undefined : inBackground, subject, reason, details };
    }
    case 'lease.taken':
      return { event: 'session.lease_taken', subject, details: { ...details, consumer: what.consumer } };
    case 'lease.ended': {
      const { reason, consumer } = what;
      const actor = reason === 'expired' ? inBackground : undefined;
      return { event: 'session.lease_ended', actor, subject, reason, details: { ...details, consumer } };
    }
    case 'phone.added':
    case 'phone.removed': {
      const address = maskAddress({ medium: 'msisdn', address: what.phone.slice(1) });
      const event = what.type === 'phone.added' ? 'threepid.added' : 'threepid.removed';
      return { event, subject, details: { ...details, medium: 'msisdn', address } };
    }
  }
}
