import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPasswordHasher, type PasswordHasher } from '../../../../src/accounts/embedded/password-hasher.js';
import { systemRandom } from '../../../../src/base/random.js';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf, loginOf } from '../../../support/account-requests.js';
import type { TestUser } from '../../../support/address-steps.js';
import { tokenRequest } from '../../../support/contacts.js';
import { openEmbeddedAddresses, type EmbeddedAddressesUnderTest } from '../../../support/embedded-addresses.js';

interface World extends EmbeddedAddressesUnderTest {
  readonly alice: TestUser;
  /** Another login of the same user. */
  readonly elsewhere: TestUser;
  /**
   * Runs this after the password of an authentication was found right, and before that
   * authentication has an effect.
   */
  meanwhile(work: () => Promise<unknown>): void;
}

let world: World;

beforeEach(async () => {
  const real = createPasswordHasher({ maxConcurrent: 2, maxWaiting: 50, random: systemRandom });
  let work: (() => Promise<unknown>) | undefined;
  const hasher: PasswordHasher = {
    ...real,
    get load() {
      return real.load;
    },
    async verify(...given) {
      const isRight = await real.verify(...given);
      const now = work;
      work = undefined;
      await now?.();
      return isRight;
    },
  };
  const opened = await openEmbeddedAddresses({ hasher });
  const alice = await opened.logInNew('alice');
  const { accessToken } = await opened.embedded.accounts.logIn(loginOf(alice.mxid, alice.password));
  const elsewhere = { ...alice, caller: { ...alice.caller, accessToken } };
  world = { ...opened, alice, elsewhere, meanwhile: (given) => (work = given) };
});
afterEach(() => world.close());

const passwordOf = ({ mxid, password }: TestUser) => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: mxid },
  password,
});
const changeFor = (user: TestUser, newPassword: string, logsOut: boolean) =>
  world.credentials.changePassword({
    caller: { ...user.caller, deviceId: undefined },
    newPassword: new Secret(newPassword),
    logsOut,
    auth: passwordOf(user),
  });

/** Operations that require an authentication, by one login of the user. */
const operations: Readonly<Record<string, (user: TestUser) => Promise<unknown>>> = {
  'a new password': (user) => changeFor(user, 'the password of a thief', true),
  'the end of the account': ({ caller }) => world.credentials.deactivate(caller, passwordOf(world.alice), undefined),
  'the end of a device': ({ caller }) => {
    const request = { method: 'POST', path: '/delete_devices' } as const;
    return world.embedded.accounts.devices.end(caller, ['ANY'], passwordOf(world.alice), request);
  },
  'a new address': async ({ caller }) => {
    // Requested without an access token: such a session belongs to no user, and does not end with
    // logins.
    const request = tokenRequest('thief@mail.test', undefined);
    const { sid } = await world.addresses.requestToken(request);
    const session = { sid: String(sid), clientSecret: request.clientSecret };
    await world.submit(session);
    return world.addresses.add(caller, session, passwordOf(world.alice), {});
  },
  'a login token': ({ caller }) => world.embedded.accounts.mintLoginToken(caller.accessToken, passwordOf(world.alice)),
};

/** Concurrent actions of the user or an administrator. */
const endings = {
  'a logout everywhere': { end: () => logOutAll(), failure: 'token_unknown' },
  'a change of the password that keeps logins': {
    end: () => setPassword('a new one'),
    failure: 'authentication_incomplete',
  },
  'a reset of the password': {
    end: () => world.embedded.administration.resetPassword(world.alice.mxid, new Secret('a new one')),
    failure: 'token_unknown',
  },
} as const;
// This is sequential: another authentication of the same user waits for the current one.
const setPassword = async (password: string) => {
  const hash = await world.embedded.hasher.hash(new Secret(password));
  await world.database.transaction((tx) => tx.accounts.setPasswordHash(world.alice.mxid, hash));
};
const logOutAll = () => world.embedded.accounts.logOutAll(world.elsewhere.caller.accessToken);

const cells = Object.keys(operations).flatMap((operation) =>
  Object.entries(endings).map(([ending, { end, failure }]) => ({ operation, ending, end, failure })),
);

describe('an authentication ends with what it has verified', () => {
  it.each(cells)('$operation, and $ending meanwhile', async ({ operation, end, failure }) => {
    world.meanwhile(end);
    expect(await failureOf(operations[operation]?.(world.alice) ?? Promise.resolve())).toMatchObject({ kind: failure });
    const { accounts } = world.embedded;
    const thief = accounts.logIn(loginOf(world.alice.mxid, 'the password of a thief'));
    expect(await failureOf(thief)).toEqual({ kind: 'wrong_credentials' });
    expect(await world.addresses.list(world.alice.caller)).toEqual([]);
    const account = await world.database.transaction((tx) => tx.accounts.findByName(world.alice.mxid));
    expect(account).toMatchObject({ deactivatedAt: undefined });
  });

  it('requires the new password, which is then sufficient', async () => {
    world.meanwhile(() => setPassword('a new one'));
    const refused = await failureOf(changeFor(world.alice, 'the next', true));
    const flows: unknown = expect.arrayContaining([{ stages: ['m.login.password'] }]);
    expect(refused).toMatchObject({ body: { errcode: 'M_FORBIDDEN', flows } });
    await changeFor({ ...world.alice, password: 'a new one' }, 'the next', true);
    await world.embedded.accounts.logIn(loginOf(world.alice.mxid, 'the next'));
  });

  it.each(Object.entries(operations))('%s is granted if nothing happens meanwhile', async (_name, operation) => {
    await operation(world.alice);
  });
});
