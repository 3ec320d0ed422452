import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNewUser } from '../../../../src/accounts/embedded/account-administration.js';
import type { Mxid, ServerName } from '../../../../src/base/mxid.js';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf, loginOf } from '../../../support/account-requests.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from '../../../support/embedded-accounts.js';

const alice = '@alice:example.test' as Mxid;
const unknown = '@unknown:example.test' as Mxid;
const password = new Secret('a password');
let embedded: EmbeddedUnderTest;

beforeEach(async () => {
  embedded = await openEmbeddedAccounts();
});

afterEach(() => embedded.close());

describe('the administration of accounts', () => {
  it('creates an account once', async () => {
    expect(await embedded.administration.add(alice, password)).toBe(true);
    expect(await embedded.administration.add(alice, new Secret('another'))).toBe(false);
    await embedded.accounts.logIn(loginOf('alice', 'a password'));
  });

  it('finds by name, in any case, but not on another server', async () => {
    await embedded.administration.add(alice, password);
    for (const user of ['alice', 'ALICE', '@alice:example.test']) {
      expect((await embedded.administration.find(user))?.mxid).toBe(alice);
    }
    for (const user of ['unknown', '@alice:elsewhere.test', '@alice', '']) {
      expect(await embedded.administration.find(user)).toBeUndefined();
    }
  });

  it('lists by name', async () => {
    await embedded.administration.add('@b:example.test' as Mxid, password);
    await embedded.administration.add('@a:example.test' as Mxid, password);
    await embedded.administration.deactivate('@a:example.test' as Mxid);
    const accounts = await embedded.administration.list();
    expect(accounts.map(({ mxid, deactivatedAt }) => [mxid, deactivatedAt !== undefined])).toEqual([
      ['@a:example.test', true],
      ['@b:example.test', false],
    ]);
  });

  it('sets a new password and ends all logins', async () => {
    await embedded.administration.add(alice, password);
    const { accessToken } = await embedded.accounts.logIn(loginOf('alice', 'a password'));
    expect(await embedded.administration.resetPassword(alice, new Secret('new'))).toBe(true);
    expect(await failureOf(embedded.accounts.whoAmI(accessToken, ''))).toEqual({
      kind: 'token_unknown',
      softLogout: false,
    });
    expect(await failureOf(embedded.accounts.logIn(loginOf('alice', 'a password')))).toEqual({
      kind: 'wrong_credentials',
    });
    await embedded.accounts.logIn(loginOf('alice', 'new'));
    expect(await embedded.administration.resetPassword(unknown, password)).toBe(false);
  });

  it('deactivates permanently, and releases the 3PIDs but not the name', async () => {
    await embedded.administration.add(alice, password);
    await embedded.addAddress(alice, { medium: 'email', address: 'alice@mail.test' });
    const { accessToken } = await embedded.accounts.logIn(loginOf('alice', 'a password'));
    expect(await embedded.administration.deactivate(alice)).toBe(true);
    expect(await failureOf(embedded.accounts.whoAmI(accessToken, ''))).toMatchObject({ kind: 'token_unknown' });
    expect(await embedded.administration.deactivate(alice)).toBe(false);
    expect(await embedded.administration.deactivate(unknown)).toBe(false);
    expect(await embedded.administration.resetPassword(alice, password)).toBe(false);
    expect(await embedded.administration.add(alice, password)).toBe(false);
    const bob = await embedded.addUser('bob');
    await embedded.addAddress(bob.mxid, { medium: 'email', address: 'alice@mail.test' });
  });
});

describe('the name of a new account', () => {
  const server = 'example.test' as ServerName;

  it.each([
    ['alice', '@alice:example.test'],
    ['@alice:example.test', '@alice:example.test'],
    ['a.b_c=d-e/f+9', '@a.b_c=d-e/f+9:example.test'],
    ['x'.repeat(241), `@${'x'.repeat(241)}:example.test`],
  ])('%s is %s', (typed, mxid) => {
    expect(readNewUser(typed, server)).toBe(mxid);
  });

  it.each([
    '',
    '@',
    'Alice',
    'älice',
    'a b',
    'a:b',
    '@alice:elsewhere.test',
    '@alice',
    '@:example.test',
    'x'.repeat(242),
  ])('is not %j', (typed) => {
    expect(readNewUser(typed, server)).toBeUndefined();
  });
});
