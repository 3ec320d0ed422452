import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWebGrants, type WebGrants } from '../../src/accounts/web-grants.js';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock, type FakeClock } from '../support/fake-clock.js';

const alice = '@alice:example.org' as Mxid;
const bob = '@bob:example.org' as Mxid;
const [sessionMs, linkMs] = [60_000, 10_000];
const maxPerOwner = 20;

/** What the database promises of sessions and links of the web page, on every engine. */
export function describeWebGrants(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let other: Database;
  let clock: FakeClock;
  let grants: WebGrants;
  let otherGrants: WebGrants;

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
    other = await openTestDatabase({ uri: testDatabase.uri });
    clock = createFakeClock();
    const deps = { clock, random: systemRandom, sessionMs, linkMs };
    grants = createWebGrants({ ...deps, database });
    otherGrants = createWebGrants({ ...deps, database: other });
  });

  afterEach(async () => {
    await database.close();
    await other.close();
    await testDatabase.remove();
  });

  const rows = () => testDatabase.execute('SELECT kind, owner, token_hash FROM web_grants');

  it('finds a session until it ends or expires', async () => {
    const { token, expiresAt } = await grants.openSession(alice);
    expect(expiresAt).toBe(clock.now() + sessionMs);
    expect(await otherGrants.findSession(token)).toBe(alice);
    await clock.advance(sessionMs);
    expect(await grants.findSession(token)).toBeUndefined();
    const next = await grants.openSession(alice);
    await grants.endSession(next.token);
    await grants.endSession(next.token);
    expect(await otherGrants.findSession(next.token)).toBeUndefined();
  });

  it('stores no token', async () => {
    const tokens = [await grants.openSession(alice), await grants.issueLink(alice)].map(({ token }) => token.reveal());
    const stored = JSON.stringify(await rows());
    expect(stored).toContain(alice);
    for (const token of tokens) expect(stored).not.toContain(token);
  });

  it.each(['', 'x', 'x'.repeat(22), `${'x'.repeat(21)}=`, 'ü'.repeat(22)])(
    'finds no grant for the token %j',
    async (text) => {
      await grants.openSession(alice);
      expect(await grants.findSession(new Secret(text))).toBeUndefined();
      expect(await grants.findLink(new Secret(text))).toBeUndefined();
      expect(await grants.redeemLink(new Secret(text))).toBeUndefined();
    },
  );

  it('distinguishes sessions from links', async () => {
    const session = await grants.openSession(alice);
    const link = await grants.issueLink(bob);
    expect(await grants.findSession(link.token)).toBeUndefined();
    expect(await grants.findLink(session.token)).toBeUndefined();
    expect(await grants.redeemLink(session.token)).toBeUndefined();
    await grants.endSession(link.token);
    expect(await grants.findLink(link.token)).toBe(bob);
  });

  it('redeems a link once, for a session of its user', async () => {
    const { token } = await grants.issueLink(alice);
    const taken = await grants.redeemLink(token);
    expect(taken).toMatchObject({ owner: alice, expiresAt: clock.now() + sessionMs });
    expect(await grants.findSession(taken?.token ?? expect.fail())).toBe(alice);
    expect(await grants.redeemLink(token)).toBeUndefined();
    expect(await grants.findLink(token)).toBeUndefined();
  });

  it('redeems a link once, by two daemons at the same time', async () => {
    const { token } = await grants.issueLink(alice);
    const taken = await Promise.all([grants.redeemLink(token), otherGrants.redeemLink(token)]);
    expect(taken.filter((each) => each !== undefined)).toHaveLength(1);
  });

  it('redeems no expired link', async () => {
    const { token } = await grants.issueLink(alice);
    await clock.advance(linkMs);
    expect(await grants.findLink(token)).toBeUndefined();
    expect(await grants.redeemLink(token)).toBeUndefined();
  });

  it('keeps the newest sessions and links of each user', async () => {
    const oldest = [await grants.openSession(alice), await grants.issueLink(alice), await grants.openSession(bob)];
    for (let made = 0; made < maxPerOwner; made += 1) {
      await clock.advance(1);
      await grants.openSession(alice);
      await grants.issueLink(alice);
    }
    const [session, link, ofBob] = oldest.map(({ token }) => token);
    expect(await grants.findSession(session ?? expect.fail())).toBeUndefined();
    expect(await grants.findLink(link ?? expect.fail())).toBeUndefined();
    expect(await grants.findSession(ofBob ?? expect.fail())).toBe(bob);
    expect(await rows()).toHaveLength(2 * maxPerOwner + 1);
  });

  it('keeps as many sessions if they begin with links', async () => {
    for (let made = 0; made <= maxPerOwner; made += 1) {
      await clock.advance(1);
      await grants.redeemLink((await grants.issueLink(alice)).token);
    }
    expect(await rows()).toHaveLength(maxPerOwner);
  });

  it('deletes what has expired', async () => {
    await grants.issueLink(alice);
    const { token } = await grants.openSession(alice);
    await clock.advance(linkMs);
    await grants.sweep();
    expect(await rows()).toHaveLength(1);
    expect(await grants.findSession(token)).toBe(alice);
    await clock.advance(sessionMs);
    await grants.sweep();
    expect(await rows()).toEqual([]);
  });
}
