import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { UserIdentifier } from '../../../src/accounts/authority.js';
import { AccountFailure, type AccountFailureDetails } from '../../../src/accounts/failure.js';
import { createLeakyBuckets } from '../../../src/base/leaky-buckets.js';
import { createLocalRateLimiter } from '../../../src/base/rate-limiter.js';
import { createLoginLimits, type LoginAllowances } from '../../../src/accounts/login-limits.js';
import type { ServerName } from '../../../src/base/mxid.js';
import { createFakeClock } from '../../support/fake-clock.js';

const plenty = { max: 1000, windowMs: 60_000 };
const here = '198.51.100.1';
const alice: UserIdentifier = { kind: 'user', user: 'alice' };

/** Alice's name and the 3PIDs of her account. */
const namesOfAlice: readonly UserIdentifier[] = [
  alice,
  { kind: 'address', medium: 'email', address: 'Alice@Example.test' },
  { kind: 'address', medium: 'msisdn', address: '07700 900123', country: 'GB' },
];
function start(allowances: Partial<LoginAllowances>) {
  const clock = createFakeClock();
  const limits = createLoginLimits({
    allowances: { perAddress: plenty, perAccount: plenty, failuresPerAccount: plenty, ...allowances },
    serverName: 'example.test' as ServerName,
    limiter: createLocalRateLimiter(clock),
    clock,
  });
  const succeed = (identifier = alice, client = here) =>
    outcome(() => limits.logIn({ client, identifier }, () => Promise.resolve('in')));
  const fail = (identifier = alice, client = here, fault: AccountFailureDetails = { kind: 'wrong_credentials' }) =>
    outcome(() => limits.logIn({ client, identifier }, () => Promise.reject(new AccountFailure(fault))));
  return { clock, limits, succeed, fail };
}

/** The outcome: a value, a fault's kind, or the wait in milliseconds. */
async function outcome(work: () => Promise<string>): Promise<string | number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AccountFailure)) throw error;
    return error.details.kind === 'rate_limited' ? error.details.retryAfterMs : error.details.kind;
  }
}

describe('logins from one client', () => {
  it('are refused beyond the burst, and allowed again one by one', async () => {
    const { clock, limits } = start({ perAddress: { max: 3, windowMs: 60_000 } });
    const logIn = (client = '198.51.100.1') =>
      outcome(() => {
        limits.admitClient(client);
        return Promise.resolve('in');
      });
    expect([await logIn(), await logIn(), await logIn(), await logIn()]).toEqual(['in', 'in', 'in', 20_000]);
    expect(await logIn('198.51.100.2')).toBe('in');
    await clock.advance(15_000);
    expect(await logIn()).toBe(5000);
    await clock.advance(5000);
    expect([await logIn(), await logIn()]).toEqual(['in', 20_000]);
  });
});

describe('logins to one account', () => {
  it('are refused after too many failures, also with the right password', async () => {
    const { clock, fail, succeed } = start({ failuresPerAccount: { max: 2, windowMs: 60_000 } });
    expect([await fail(), await fail()]).toEqual(['wrong_credentials', 'wrong_credentials']);
    expect([await fail(), await succeed()]).toEqual([30_000, 30_000]);
    await clock.advance(30_000);
    expect([await succeed(), await fail(), await fail()]).toEqual(['in', 'wrong_credentials', 30_000]);
  });

  it('are counted separately if they succeed', async () => {
    const { succeed, fail } = start({
      perAccount: { max: 2, windowMs: 60_000 },
      failuresPerAccount: { max: 3, windowMs: 60_000 },
    });
    expect([await fail(), await fail()]).toEqual(['wrong_credentials', 'wrong_credentials']);
    expect([await succeed(), await succeed(), await succeed()]).toEqual(['in', 'in', 30_000]);
  });

  it.each<[string, AccountFailureDetails, boolean]>([
    ['a wrong password', { kind: 'wrong_credentials' }, true],
    ['a wrong password at the homeserver', upstream(403, 'M_FORBIDDEN'), true],
    ['a limit of the homeserver', upstream(429, 'M_LIMIT_EXCEEDED'), false],
    ['a locked account', upstream(401, 'M_USER_LOCKED'), false],
    ['a deactivated account', { kind: 'user_deactivated' }, false],
    ['an unreachable homeserver', { kind: 'homeserver_unreachable' }, false],
    ['a full queue', { kind: 'overloaded', retryAfterMs: 5 }, false],
  ])('that end with %s count as failures or not', async (_, fault, counts) => {
    const { fail } = start({ failuresPerAccount: { max: 1, windowMs: 60_000 } });
    expect(await fail(alice, here, fault)).toBe(fault.kind);
    expect(await fail(alice, here, fault)).toBe(counts ? 60_000 : fault.kind);
  });

  it('are limited at once as one after another', async () => {
    const { limits } = start({ failuresPerAccount: { max: 3, windowMs: 60_000 } });
    let asked = 0;
    const guess = (client = here) =>
      outcome(() =>
        limits.logIn({ client, identifier: alice }, async () => {
          asked += 1;
          await Promise.resolve();
          throw new AccountFailure({ kind: 'wrong_credentials' });
        }),
      );
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => guess()));
    expect(asked).toBe(3);
    expect(outcomes.filter((one) => one === 'wrong_credentials')).toHaveLength(3);
    expect(outcomes.filter((one) => one === 1000)).toHaveLength(7);
    expect(await guess()).toBe(20_000);
    // Not with many clients either.
    const others = await Promise.all(Array.from({ length: 50 }, (_, n) => guess(`198.51.100.${n + 2}`)));
    expect(others.filter((one) => one === 'wrong_credentials')).toHaveLength(27);
    expect(asked).toBe(30);
  });

  it('that failed elsewhere do not lock its owner out, until ten clients had all their failures', async () => {
    const { clock, fail, succeed } = start({ failuresPerAccount: { max: 2, windowMs: 60_000 } });
    for (let client = 0; client < 10; client += 1) {
      expect(await succeed()).toBe('in');
      expect([await fail(alice, `client ${client}`), await fail(alice, `client ${client}`)]).toEqual([
        'wrong_credentials',
        'wrong_credentials',
      ]);
      expect(await succeed(alice, `client ${client}`)).toBe(30_000);
    }
    expect([await succeed(), await fail(alice, 'client 10')]).toEqual([3000, 3000]);
    expect(await succeed({ kind: 'user', user: 'bob' })).toBe('in');
    await clock.advance(3000);
    expect(await succeed()).toBe('in');
  });

  it.each(namesOfAlice)('by one name do not reveal the other names of the account: %o', async (name) => {
    const once = { max: 1, windowMs: 60_000 };
    const { fail, succeed } = start({ failuresPerAccount: once, perAccount: once });
    expect([await fail(name), await fail(name)]).toEqual(['wrong_credentials', 60_000]);
    for (const other of namesOfAlice.filter((one) => one !== name)) {
      expect([await succeed(other), await succeed(other)]).toEqual(['in', 60_000]);
    }
  });

  it('are refused as often if the 3PID belongs to no account', async () => {
    const { fail } = start({ failuresPerAccount: { max: 2, windowMs: 60_000 } });
    const unknown = { kind: 'address', medium: 'email', address: 'unknown@example.test' } as const;
    for (const name of [unknown, alice]) {
      expect([await fail(name), await fail(name), await fail(name)]).toEqual([
        'wrong_credentials',
        'wrong_credentials',
        30_000,
      ]);
    }
  });

  it.each<[string, (long: string) => UserIdentifier]>([
    ['user name', (user) => ({ kind: 'user', user })],
    ['e-mail address', (local) => ({ kind: 'address', medium: 'email', address: `${local}@example.test` })],
    ['phone number', (address) => ({ kind: 'address', medium: 'msisdn', address })],
    ['medium', (medium) => ({ kind: 'address', medium, address: 'a' })],
  ])('as a %s of a megabyte are counted without reading its letters', async (_, spell) => {
    const { fail } = start({ failuresPerAccount: { max: 1, windowMs: 60_000 } });
    const long = spell('A'.repeat(1_000_000));
    const letters = vi.spyOn(String.prototype, 'toUpperCase');
    try {
      expect([await fail(long), await fail(long)]).toEqual(['wrong_credentials', 60_000]);
      expect(letters.mock.calls.length).toBeLessThan(1000);
    } finally {
      letters.mockRestore();
    }
    expect(await fail(spell('B'.repeat(1_000_000)))).toBe('wrong_credentials');
  });

  it('return other errors than account failures, and do not count them', async () => {
    const { limits, fail } = start({ failuresPerAccount: { max: 1, windowMs: 60_000 } });
    await expect(
      limits.logIn({ client: here, identifier: alice }, () => Promise.reject(new Error('a defect'))),
    ).rejects.toThrow('a defect');
    expect(await fail()).toBe('wrong_credentials');
  });

  it.each<[string, UserIdentifier, UserIdentifier]>([
    ['a localpart and a Matrix ID', alice, { kind: 'user', user: '@alice:example.test' }],
    ['capitals and small letters', alice, { kind: 'user', user: '@ALICE:Example.test' }],
    [
      'two spellings of an e-mail address',
      { kind: 'address', medium: 'email', address: 'Strauß@Example.test' },
      { kind: 'address', medium: 'email', address: ' strauss@example.TEST' },
    ],
    [
      'two spellings of a phone number',
      { kind: 'address', medium: 'msisdn', address: '07700 900123', country: 'GB' },
      { kind: 'address', medium: 'msisdn', address: '447700900123' },
    ],
    [
      'two spellings of no address',
      { kind: 'address', medium: 'pigeon', address: 'Coo ' },
      { kind: 'address', medium: 'pigeon', address: 'coo' },
    ],
  ])('have the same limit for %s', async (_, one, other) => {
    const { fail } = start({ failuresPerAccount: { max: 1, windowMs: 60_000 } });
    expect(await fail(one)).toBe('wrong_credentials');
    expect(await fail(other)).toBe(60_000);
    expect(await fail({ kind: 'user', user: 'bob' })).toBe('wrong_credentials');
  });
});

describe('a leaky bucket', () => {
  it('never allows more than its size and its refill within any time', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), steps, async (max, waits) => {
        const clock = createFakeClock();
        const windowMs = 60_000;
        const buckets = createLeakyBuckets({ max, windowMs }, clock);
        const times: number[] = [];
        for (const wait of waits) {
          await clock.advance(wait);
          expect(buckets.waitMs('key') === 0).toBe(buckets.room('key') > 0);
          if (buckets.room('key') === 0) continue;
          buckets.add('key');
          times.push(clock.now());
        }
        for (const [first, from] of times.entries()) {
          for (const [further, until] of times.slice(first).entries()) {
            expect(further + 1).toBeLessThanOrEqual(max + ((until - from) * max) / windowMs + 1e-6);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has room again exactly after the returned wait', async () => {
    const clock = createFakeClock();
    const buckets = createLeakyBuckets({ max: 7, windowMs: 60_000 }, clock);
    for (let n = 0; n < 7; n += 1) buckets.add('key');
    const waitMs = buckets.waitMs('key');
    await clock.advance(waitMs - 1);
    expect(buckets.room('key')).toBe(0);
    await clock.advance(1);
    expect([buckets.room('key'), buckets.waitMs('key')]).toEqual([1, 0]);
  });
});

function upstream(status: number, errcode: string): AccountFailureDetails {
  return { kind: 'refused_upstream', status, body: { errcode, error: 'No' }, retryAfter: undefined };
}

describe('logins with the token of a bridge', () => {
  const refused = (status: number): AccountFailureDetails => ({
    kind: 'refused_upstream',
    status,
    body: {},
    retryAfter: undefined,
  });

  it.each<[string, AccountFailureDetails | 'in', boolean]>([
    ['a success', 'in', false],
    ['status 400', refused(400), true],
    ['status 401', refused(401), true],
    ['status 403', refused(403), true],
    ['status 404', refused(404), true],
    ['status 428', refused(428), true],
    ['status 429', refused(429), false],
    ['status 430', refused(430), true],
    ['status 499', refused(499), true],
    ['status 500', refused(500), false],
    ['status 502', refused(502), false],
    ['an unreachable homeserver', { kind: 'homeserver_unreachable' }, false],
    ['a full queue', { kind: 'overloaded', retryAfterMs: 1 }, false],
  ])('count only if the homeserver refuses the token: %s', async (_, result, isCounted) => {
    const { limits } = start({ perAddress: { max: 1, windowMs: 60_000 } });
    const logIn = () =>
      outcome(() =>
        limits.logInBridge(here, () =>
          result === 'in' ? Promise.resolve(result) : Promise.reject(new AccountFailure(result)),
        ),
      );
    const first = await logIn();
    expect(first).toBe(result === 'in' ? 'in' : result.kind);
    expect(await logIn()).toBe(isCounted ? 60_000 : first);
  });
});

describe('the check of a client', () => {
  it('refuses a client whose next login would be refused, and counts nothing', async () => {
    const { clock, limits } = start({ perAddress: { max: 2, windowMs: 60_000 } });
    const check = (client = here) =>
      outcome(() => {
        limits.checkClient(client);
        return Promise.resolve('free');
      });
    expect([await check(), await check(), await check()]).toEqual(['free', 'free', 'free']);
    limits.admitClient(here);
    expect(await check()).toBe('free');
    limits.admitClient(here);
    expect([await check(), await check('198.51.100.2')]).toEqual([30_000, 'free']);
    await clock.advance(30_000);
    expect(await check()).toBe('free');
  });
});
