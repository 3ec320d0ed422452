import { hash } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { createPasswordHasher } from '../../../../src/accounts/embedded/password-hasher.js';
import { AccountFailure } from '../../../../src/accounts/failure.js';
import { systemRandom } from '../../../../src/base/random.js';
import { Secret } from '../../../../src/base/secret.js';

const createHasher = (maxWaiting = 100) => createPasswordHasher({ maxConcurrent: 2, maxWaiting, random: systemRandom });

describe('hashes of passwords', () => {
  const hasher = createHasher();
  const password = new Secret('correct horse');

  it('are PHC strings of Argon2id with at least 19 MiB and two passes, and differ each time', async () => {
    const [first, second] = await Promise.all([hasher.hash(password), hasher.hash(password)]);
    const [, memory = '', passes = ''] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$/.exec(first.reveal()) ?? [];
    expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
    expect(Number(passes)).toBeGreaterThanOrEqual(2);
    expect(first.reveal()).not.toBe(second.reveal());
  });

  it('match the right password only, and none if there is no account', async () => {
    const phc = await hasher.hash(password);
    expect(await hasher.verify(phc, password)).toBe(true);
    expect(await hasher.verify(phc, new Secret('correct horsE'))).toBe(false);
    expect(await hasher.verify(phc, new Secret(''))).toBe(false);
    expect(await hasher.verify(undefined, password)).toBe(false);
    expect(await hasher.verify(undefined, new Secret(''))).toBe(false);
  });

  it('are of the same password in every Unicode composition of its characters', async () => {
    const phc = await hasher.hash(new Secret('p\u00e4ssw\ufb01rd'));
    expect(await hasher.verify(phc, new Secret('pa\u0308sswfird'))).toBe(true);
  });

  it('accept up to 512 characters, and no empty password', async () => {
    const longest = new Secret('x'.repeat(512));
    expect(await hasher.verify(await hasher.hash(longest), longest)).toBe(true);
    for (const unfit of ['', 'x'.repeat(513)]) {
      await expect(hasher.hash(new Secret(unfit))).rejects.toMatchObject({
        details: { kind: 'parameter_invalid', name: 'password' },
      });
    }
    expect(await hasher.verify(await hasher.hash(longest), new Secret('x'.repeat(513)))).toBe(false);
  });

  it('are outdated if they have other parameters, and still valid', async () => {
    const old = new Secret(await hash('correct horse', { memoryCost: 8_192, timeCost: 3, parallelism: 1 }));
    expect(hasher.isCurrent(old)).toBe(false);
    expect(await hasher.verify(old, password)).toBe(true);
    expect(hasher.isCurrent(await hasher.hash(password))).toBe(true);
  });

  it('are computed two at a time for a hundred requests; those beyond the queue must retry later', async () => {
    const bounded = createHasher(6);
    const phc = await bounded.hash(password);
    let most = { running: 0, waiting: 0 };
    const outcomes = Array.from({ length: 100 }, () => {
      const outcome = bounded.verify(phc, password);
      const { running, waiting } = bounded.load;
      most = { running: Math.max(most.running, running), waiting: Math.max(most.waiting, waiting) };
      return outcome;
    });
    const settled = await Promise.allSettled(outcomes);
    expect(most).toEqual({ running: 2, waiting: 6 });
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    const reasons = settled.flatMap((outcome): unknown[] => (outcome.status === 'rejected' ? [outcome.reason] : []));
    const facts = reasons.map((reason) => (reason instanceof AccountFailure ? reason.details : reason));
    expect(facts).toEqual(facts.map(() => ({ kind: 'overloaded', retryAfterMs: expect.any(Number) })));
    expect(bounded.load).toEqual({ running: 0, waiting: 0 });
  });
});
