import { expect, it } from 'vitest';
import { createWebGrants } from '../../../src/accounts/web-grants.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import { Secret } from '../../../src/base/secret.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock } from '../../support/fake-clock.js';

const alice = '@alice:example.test' as Mxid;

it('finds sessions and links of the web page outside of transactions, until they expire', async () => {
  const clock = createFakeClock();
  const database = await openTestDatabase({ clock });
  const parts = { clock, random: systemRandom, sessionMs: 1_000, linkMs: 500 };
  const issuing = createWebGrants({ ...parts, database });
  const [session, link] = [(await issuing.openSession(alice)).token, (await issuing.issueLink(alice)).token];

  const transaction = () => Promise.reject(new Error('a transaction was opened'));
  const grants = createWebGrants({ ...parts, database: { ...database, transaction } });
  expect([await grants.findSession(session), await grants.findLink(link)]).toEqual([alice, alice]);
  expect([await grants.findSession(link), await grants.findLink(session)]).toEqual([undefined, undefined]);
  expect(await grants.findSession(new Secret('x'.repeat(22)))).toBeUndefined();
  await clock.advance(500);
  expect([await grants.findSession(session), await grants.findLink(link)]).toEqual([alice, undefined]);
  await clock.advance(500);
  expect(await grants.findSession(session)).toBeUndefined();
  await database.close();
});
