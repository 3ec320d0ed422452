import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableDecisions, type RevocationEvent } from '../../src/accounts/revocation.js';
import type { AuditEntry } from '../../src/base/audit.js';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { readState } from '../../src/login/login-codec.js';
import { loginOf } from '../support/account-requests.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from '../support/embedded-accounts.js';
import { fillTables } from '../support/filled-tables.js';
import { silentLogger } from '../support/silent-logger.js';

const alice = '@alice:example.test' as Mxid;

type Rows = ReadonlyMap<string, readonly string[]>;

const tables = dataSourceOptions(silentLogger).entities.map(({ options }) => String(options.tableName));
/** In these tables, revoked rows are changed rather than deleted. */
const changed = ['accounts', 'validation_sessions', 'validation_tokens', 'login_processes', 'events'];

/** What deactivation, a new password and logout everywhere revoke, and what they leave. */
export function describeRevocation(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let embedded: EmbeddedUnderTest;
  let accessToken: Secret;
  let audited: AuditEntry[];
  let empty: Rows;
  let ofAlice: Rows;
  let full: Rows;

  beforeEach(async () => {
    testDatabase = await createDatabase();
    audited = [];
    const audit = { record: (entry: AuditEntry) => void audited.push(entry) };
    database = await openTestDatabase({ uri: testDatabase.uri, audit });
    embedded = await openEmbeddedAccounts({ database });
    await database.transaction(async (tx) => {
      await tx.lookupHashes.insertPepper({ id: 'pepper', pepper: 'any', createdAt: 0 });
      await tx.lookupHashes.activatePepper('pepper', 0);
      await tx.identitySigningKeys.insert({ keyId: 'ed25519:0', publicKey: 'any', createdAt: 0 });
    });
    empty = await rows();
    accessToken = await fill('alice', '3501');
    ofAlice = missingFrom(empty, await rows());
    await fill('bob', '3502');
    full = await rows();
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  async function fill(localpart: string, tag: string): Promise<Secret> {
    const { mxid, password } = await embedded.addUser(localpart);
    const grant = await embedded.accounts.logIn(loginOf(mxid, password, { wantsRefreshToken: true }));
    await database.transaction((tx) => fillTables(tx, { mxid, tag, at: embedded.clock.now() }));
    return grant.accessToken;
  }

  async function rows(): Promise<Rows> {
    const dataSource = await testDatabase.connect();
    try {
      const found = new Map<string, string[]>();
      for (const table of tables) {
        const records: unknown = await dataSource.query(`SELECT * FROM ${table}`);
        found.set(table, (records as unknown[]).map((record) => JSON.stringify(record)).toSorted());
      }
      return found;
    } finally {
      await dataSource.destroy();
    }
  }

  /** Returns the kinds of the tokens whose revocation is in the audit log. */
  const revokedKinds = (owner: Mxid) =>
    audited
      .filter(({ event, subject }) => event === 'token.revoked' && subject === owner)
      .map(({ details }) => String(details?.['kind']))
      .toSorted();

  const operations: readonly [string, readonly RevocationEvent[], () => Promise<unknown>][] = [
    ['logout everywhere', ['log_out'], () => embedded.accounts.logOutAll(accessToken)],
    [
      'a password reset',
      ['log_out', 'change_password'],
      () => embedded.administration.resetPassword(alice, new Secret('another password')),
    ],
    ['deactivation', ['deactivate'], () => embedded.administration.deactivate(alice)],
  ];

  it('has a decision for every table', () => {
    expect(Object.keys(tableDecisions).toSorted()).toEqual(tables.toSorted());
    for (const decision of Object.values(tableDecisions)) {
      if ('goesWith' in decision) expect(tables).toContain(decision.goesWith);
    }
  });

  it('is tested with rows of every table that has data of a user', () => {
    const filled = tables.filter((table) => (ofAlice.get(table) ?? []).length > 0);
    const decided = tables.filter((table) => !('keptBecause' in (tableDecisions[table] ?? {})));
    expect(decided.filter((table) => !filled.includes(table))).toEqual([]);
  });

  it('ends logins in all three cases, and deletes the data of the account at deactivation', () => {
    const endedBy = (...events: readonly RevocationEvent[]) => tables.filter((table) => isEnded(table, events));
    const ofLogins = ['devices', 'access_tokens', 'refresh_tokens', 'open_id_tokens', 'identity_tokens'];
    const pending = ['login_tokens', 'web_grants', 'uia_sessions', 'validation_sessions', 'validation_tokens'];
    const kept = tables.filter((table) => !isEnded(table, ['deactivate']));
    expect(new Set(endedBy('log_out'))).toEqual(new Set([...ofLogins, ...pending]));
    expect(new Set(endedBy('change_password'))).toEqual(new Set(pending));
    expect(new Set(kept)).toEqual(
      new Set([
        'connection_leases',
        'daemons',
        'events',
        'flood_waits',
        'homeserver_sessions',
        'identity_signing_keys',
        'invite_deliveries',
        'lookup_peppers',
        'rate_limits',
        'sealing_check',
        'session_leases',
      ]),
    );
  });

  describe.each(operations)('%s', (_, events, operate) => {
    it('ends what is decided, and nothing of another user', async () => {
      await embedded.clock.advance(1000);
      await operate();
      const left = await rows();
      for (const table of tables) {
        if (changed.includes(table)) continue;
        const gone = isEnded(table, events) ? (ofAlice.get(table) ?? []) : [];
        const expected = (full.get(table) ?? []).filter((row) => !gone.includes(row));
        expect([table, left.get(table)]).toEqual([table, expected]);
      }
      for (const table of changed) {
        const ofBob = (full.get(table) ?? []).filter((row) => !(ofAlice.get(table) ?? []).includes(row));
        expect(left.get(table)).toEqual(expect.arrayContaining(ofBob));
        const isOwn = ['accounts', 'events'].includes(table) || isEnded(table, events);
        if (!isOwn) expect(left.get(table)).toEqual(full.get(table));
      }
    });

    it('records each kind of token that it revokes, and nothing of another user', async () => {
      await operate();
      expect(revokedKinds(alice)).toEqual(['identity', 'matrix', 'web']);
      expect(audited.filter(({ event, subject }) => event === 'token.revoked' && subject !== alice)).toEqual([]);
    });

    it('expires the validation sessions, whose tokens still count against limits', async () => {
      await embedded.clock.advance(1000);
      await operate();
      const now = embedded.clock.now();
      const found = await database.transaction(async (tx) => {
        const clientSecret = new Secret('any');
        const open: string[] = [];
        for (const purpose of ['account', 'identity', 'password'] as const) {
          for (const tag of ['3501', '3502']) {
            const session = await tx.validationSessions.find({ id: `${purpose}-${tag}`, purpose, clientSecret });
            if (session && session.expiresAt > now) open.push(session.id);
          }
        }
        const sent = await tx.validationSessions.listSent({ medium: 'email', address: 'user3501@mail.test' }, 0);
        return { open, sent: sent.length };
      });
      expect(found).toEqual({ open: ['account-3502', 'identity-3502', 'password-3502'], sent: 3 });
    });
  });

  it('keeps the sessions of the Telegram logins of a deactivated account until they are ended at Telegram', async () => {
    const at = embedded.clock.now();
    await embedded.administration.deactivate(alice);
    const left = await database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0));
    const read = left.map(({ id, state, expiresAt }) => [id, readState(state), expiresAt <= at]);
    const over = (session: string) => ({
      step: 'over',
      session: new Secret(`${session}-3501`),
      meta: null,
      end: null,
      finishedBy: null,
    });
    expect(read).toEqual([
      ['linked-3501', over('linked-session'), true],
      ['left-3501', over('left-session'), true],
      ['code-3501', over('pending-session'), true],
    ]);
  });

  it('records no revoked tokens of a user who has none', async () => {
    const { mxid } = await embedded.addUser('carol');
    await embedded.administration.resetPassword(mxid, new Secret('another password'));
    await embedded.administration.deactivate(mxid);
    expect(audited.filter(({ subject }) => subject === mxid).map(({ event }) => event)).toEqual([
      'account.created',
      'account.password_changed',
      'account.deactivated',
    ]);
  });

  it('records revoked tokens of a device only if it had one', async () => {
    const { mxid, password } = await embedded.addUser('carol');
    const logIn = () => embedded.accounts.logIn(loginOf(mxid, password, { deviceId: 'PHONE' }));
    const first = await logIn();
    const second = await logIn();
    await embedded.accounts.logOut(second.accessToken);
    await logIn();
    expect(first.deviceId).toBe('PHONE');
    expect(audited.filter(({ subject }) => subject === mxid).map(({ event }) => event)).toEqual([
      'account.created',
      'token.created',
      'token.revoked',
      'token.created',
      'token.revoked',
      'token.created',
    ]);
  });

  it('keeps only the name of a deactivated account', async () => {
    await embedded.administration.deactivate(alice);
    const account = await database.transaction((tx) => tx.accounts.findByName(alice));
    expect(account?.deactivatedAt).toBe(embedded.clock.now());
  });
}

function isEnded(table: string, events: readonly RevocationEvent[]): boolean {
  const decision = tableDecisions[table];
  if (decision === undefined || 'keptBecause' in decision) return false;
  if ('goesWith' in decision) return isEnded(decision.goesWith, events);
  return decision.endedBy.some((event) => events.includes(event));
}

function missingFrom(before: Rows, after: Rows): Rows {
  return new Map([...after].map(([table, rows]) => [table, rows.filter((row) => !before.get(table)?.includes(row))]));
}
