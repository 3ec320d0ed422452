import { hash } from '@node-rs/argon2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoginAttempt } from '../../../../src/accounts/authority.js';
import { createPasswordHasher, type PasswordHasher } from '../../../../src/accounts/embedded/password-hasher.js';
import { AccountFailure } from '../../../../src/accounts/failure.js';
import type { Mxid } from '../../../../src/base/mxid.js';
import { systemRandom } from '../../../../src/base/random.js';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf, loginBy, loginOf } from '../../../support/account-requests.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from '../../../support/embedded-accounts.js';

const clientAddress = '203.0.113.7';
let embedded: EmbeddedUnderTest;
let alice: { readonly mxid: Mxid; readonly password: string };
const logIn = (attempt: LoginAttempt) => embedded.accounts.logIn(attempt);
const asAlice = (more: Partial<LoginAttempt> = {}) => loginOf(alice.mxid, alice.password, more);

beforeEach(async () => {
  embedded = await openEmbeddedAccounts();
  alice = await embedded.addUser('alice');
});

afterEach(() => embedded.close());

describe('a login to an embedded account', () => {
  it('offers passwords first, and login tokens with a way to get them', async () => {
    expect(await embedded.accounts.loginFlows(clientAddress)).toEqual([
      { type: 'm.login.password' },
      { type: 'm.login.token', get_login_token: true },
    ]);
  });

  it('returns an access token that does not expire to a client that cannot refresh it', async () => {
    const grant = await logIn(asAlice());
    expect(grant).toMatchObject({ mxid: alice.mxid, refreshToken: undefined, expiresInMs: undefined, extra: {} });
    expect(grant.deviceId).toMatch(/^[A-Z]{10}$/);
    await embedded.clock.advance(10 * 365 * 86_400_000);
    expect(await embedded.accounts.whoAmI(grant.accessToken, clientAddress)).toEqual({
      mxid: alice.mxid,
      deviceId: grant.deviceId,
    });
  });

  it('returns an access token that expires, softly, to a client that can', async () => {
    const grant = await logIn(asAlice({ wantsRefreshToken: true }));
    expect(grant.expiresInMs).toBe(300_000);
    await embedded.clock.advance(299_999);
    await embedded.accounts.whoAmI(grant.accessToken, clientAddress);
    await embedded.clock.advance(1);
    expect(await failureOf(embedded.accounts.whoAmI(grant.accessToken, clientAddress))).toEqual({
      kind: 'token_unknown',
      softLogout: true,
    });
  });

  it('returns the configured discovery information', async () => {
    const wellKnown = { 'm.homeserver': { base_url: 'https://login.example.test' } };
    const other = await openEmbeddedAccounts({ wellKnown, database: embedded.database });
    expect((await other.accounts.logIn(asAlice())).extra).toEqual({ well_known: wellKnown });
  });

  it('ends the earlier tokens of the device, and keeps its name and the other devices', async () => {
    const kitchen = { deviceId: 'KITCHEN', wantsRefreshToken: true };
    const first = await logIn(asAlice({ ...kitchen, deviceName: 'Kitchen radio' }));
    const elsewhere = await logIn(asAlice());
    const second = await logIn(asAlice({ ...kitchen, deviceName: 'Another name' }));
    const gone = { kind: 'token_unknown', softLogout: false };
    expect(await failureOf(embedded.accounts.whoAmI(first.accessToken, clientAddress))).toEqual(gone);
    expect(await failureOf(embedded.accounts.refresh(first.refreshToken ?? new Secret('none')))).toEqual(gone);
    await embedded.accounts.whoAmI(elsewhere.accessToken, clientAddress);
    await embedded.accounts.whoAmI(second.accessToken, clientAddress);
    const devices = await embedded.database.transaction((tx) => tx.devices.listByUser(alice.mxid));
    expect(devices.map(({ deviceId, displayName }) => [deviceId, displayName])).toContainEqual([
      'KITCHEN',
      'Kitchen radio',
    ]);
  });

  it('may use the device ID of another user without an effect on that device', async () => {
    const bob = await embedded.addUser('bob');
    const grant = await logIn(asAlice({ deviceId: 'KITCHEN' }));
    await logIn(loginOf('bob', bob.password, { deviceId: 'KITCHEN' }));
    await embedded.accounts.whoAmI(grant.accessToken, clientAddress);
  });

  it('cuts the name of a new device at 100 characters', async () => {
    await logIn(asAlice({ deviceName: '📱'.repeat(101) }));
    const [device] = await embedded.database.transaction((tx) => tx.devices.listByUser(alice.mxid));
    expect(device?.displayName).toBe('📱'.repeat(100));
  });

  it('refuses a device ID of more than 512 characters, only after the right password', async () => {
    expect((await logIn(asAlice({ deviceId: 'X'.repeat(512) }))).deviceId).toHaveLength(512);
    const tooLong = { deviceId: 'X'.repeat(513) };
    expect(await failureOf(logIn(asAlice(tooLong)))).toMatchObject({ kind: 'parameter_invalid', name: 'device_id' });
    expect(await failureOf(logIn(loginOf(alice.mxid, 'wrong', tooLong)))).toEqual({ kind: 'wrong_credentials' });
  });

  it.each(['\0', 'KIT\0CHEN', 'KITCHEN\n', '\u0085', 'KIT\ud800CHEN'])('refuses the device ID %j', async (deviceId) => {
    expect(await failureOf(logIn(asAlice({ deviceId })))).toMatchObject({
      kind: 'parameter_invalid',
      name: 'device_id',
    });
  });

  it('removes control characters from the name of a new device', async () => {
    await logIn(asAlice({ deviceName: 'Kitchen\0 \u001bradio\n' }));
    const [device] = await embedded.database.transaction((tx) => tx.devices.listByUser(alice.mxid));
    expect(device?.displayName).toBe('Kitchen radio');
  });

  it('reports a deactivated account only after the right password', async () => {
    await embedded.administration.deactivate(alice.mxid);
    expect(await failureOf(logIn(asAlice()))).toEqual({ kind: 'user_deactivated' });
    expect(await failureOf(logIn(loginOf(alice.mxid, 'wrong')))).toEqual({ kind: 'wrong_credentials' });
  });

  it('is refused to an account without a password, for any input', async () => {
    const mxid = '@silent:example.test' as Mxid;
    const record = { mxid, passwordHash: undefined, createdAt: 1, deactivatedAt: undefined };
    await embedded.database.transaction((tx) => tx.accounts.insert(record));
    for (const password of ['', 'anything']) {
      expect(await failureOf(logIn(loginOf(mxid, password)))).toEqual({ kind: 'wrong_credentials' });
    }
  });

  it('distinguishes case if accounts differ only in it', async () => {
    const capital = '@Alice:example.test' as Mxid;
    await embedded.administration.add(capital, new Secret('another password'));
    expect((await logIn(loginOf('Alice', 'another password'))).mxid).toBe(capital);
    expect((await logIn(asAlice())).mxid).toBe(alice.mxid);
    expect(await failureOf(logIn(loginOf('ALICE', alice.password)))).toEqual({ kind: 'wrong_credentials' });
  });

  it('rejects the types of login that only homeservers have', async () => {
    const type = 'm.login.application_service';
    expect(await failureOf(logIn(loginBy({ kind: 'other', type })))).toEqual({ kind: 'login_type_unknown', type });
  });
});

describe('refusals of a login', () => {
  /** Counts the password comparisons. */
  const watched = (hasher: PasswordHasher) => {
    const compared: (string | undefined)[] = [];
    const verify: PasswordHasher['verify'] = (phc, password) => {
      compared.push(phc?.reveal().split('$').slice(0, 4).join('$'));
      return hasher.verify(phc, password);
    };
    return { compared, hasher: { ...hasher, verify } };
  };

  it('are the same, after the same work, for an unknown user, an unknown 3PID and a wrong password', async () => {
    const { compared, hasher } = watched(
      createPasswordHasher({ maxConcurrent: 2, maxWaiting: 50, random: systemRandom }),
    );
    const { accounts } = await openEmbeddedAccounts({ hasher, database: embedded.database });
    const address = (medium: string, written: string) =>
      loginBy({
        kind: 'password',
        identifier: { kind: 'address', medium, address: written },
        password: new Secret(alice.password),
      });
    const attempts = [
      loginOf(alice.mxid, 'wrong'),
      loginOf(alice.mxid, 'x'.repeat(100_000)),
      loginOf('unknown', alice.password),
      loginOf('', alice.password),
      loginOf('@', alice.password),
      loginOf('alice:example.test', alice.password),
      loginOf('@alice:elsewhere.test', alice.password),
      address('email', 'unknown@mail.test'),
      address('email', 'no address'),
      address('msisdn', '447700900999'),
      address('pigeon', 'grey'),
    ];
    for (const attempt of attempts) {
      expect(await failureOf(accounts.logIn(attempt))).toEqual({ kind: 'wrong_credentials' });
    }
    expect(compared).toHaveLength(attempts.length);
  });
});

describe('a hundred logins at once', () => {
  it('are served up to the limit of the password queue; all others must retry later', async () => {
    const hasher = createPasswordHasher({ maxConcurrent: 2, maxWaiting: 8, random: systemRandom });
    const { accounts } = await openEmbeddedAccounts({ hasher, database: embedded.database });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        accounts.logIn(index % 2 === 0 ? asAlice() : loginOf('unknown', 'anything')).then(
          () => 'granted',
          (error: unknown) => (error instanceof AccountFailure ? error.details.kind : String(error)),
        ),
      ),
    );
    const count = (outcome: string) => outcomes.filter((other) => other === outcome).length;
    expect(new Set(outcomes)).toEqual(new Set(['granted', 'wrong_credentials', 'overloaded']));
    // Two are hashed and six wait: three quarters of the queue, without an access token.
    expect(count('granted') + count('wrong_credentials')).toBeGreaterThanOrEqual(2 + 6);
    expect(count('overloaded')).toBeGreaterThan(0);
    expect(hasher.load).toEqual({ running: 0, waiting: 0 });
    expect(await embedded.devicesOf(alice.mxid)).toHaveLength(count('granted'));
  });
});

describe('the hash of a password', () => {
  const storedHash = async () => {
    const account = await embedded.database.transaction((tx) => tx.accounts.findByName(alice.mxid));
    return account?.passwordHash?.reveal() ?? '';
  };

  beforeEach(async () => {
    const old = new Secret(await hash(alice.password, { memoryCost: 8_192, timeCost: 1, parallelism: 1 }));
    await embedded.database.transaction((tx) => tx.accounts.setPasswordHash(alice.mxid, old));
  });

  it('is replaced at a login if it has old parameters', async () => {
    await logIn(asAlice());
    expect(await storedHash()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await logIn(asAlice());
  });

  it('is kept if the login is refused', async () => {
    const before = await storedHash();
    await failureOf(logIn(loginOf(alice.mxid, 'wrong')));
    await failureOf(logIn(asAlice({ deviceId: 'X'.repeat(513) })));
    expect(await storedHash()).toBe(before);
  });

  it('is replaced without refusing concurrent logins', async () => {
    const grants = await Promise.all(Array.from({ length: 6 }, () => logIn(asAlice())));
    for (const { accessToken } of grants) await embedded.accounts.whoAmI(accessToken, clientAddress);
  });

  it('is checked again if it changes during a login with the old password', async () => {
    let reset = async () => {
      reset = () => Promise.resolve();
      await embedded.administration.resetPassword(alice.mxid, new Secret('a new password'));
    };
    const hasher = createPasswordHasher({ maxConcurrent: 2, maxWaiting: 50, random: systemRandom });
    const verify: PasswordHasher['verify'] = async (phc, password) => {
      const isRight = await hasher.verify(phc, password);
      await reset();
      return isRight;
    };
    const { accounts } = await openEmbeddedAccounts({ hasher: { ...hasher, verify }, database: embedded.database });
    expect(await failureOf(accounts.logIn(asAlice()))).toEqual({ kind: 'wrong_credentials' });
    expect(await embedded.devicesOf(alice.mxid)).toEqual([]);
  });
});
