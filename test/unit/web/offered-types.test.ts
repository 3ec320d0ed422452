import { describe, expect, it } from 'vitest';
import { AccountFailure } from '../../../src/accounts/failure.js';
import { createOfferedTypes } from '../../../src/api/web/offered-types.js';
import { createFakeClock } from '../../support/fake-clock.js';

const client = '203.0.113.7';
type Answer = 'never' | 'failure' | readonly string[];

/** Asks a homeserver that answers in these ways, the last one from then on. */
function ask(...answers: readonly Answer[]) {
  const clock = createFakeClock();
  let asked = 0;
  const find = createOfferedTypes({
    clock,
    authority: {
      loginFlows() {
        const answer = answers[Math.min(asked, answers.length - 1)] ?? expect.fail();
        asked += 1;
        if (answer === 'never') return new Promise(() => undefined);
        if (answer === 'failure') return Promise.reject(new AccountFailure({ kind: 'homeserver_unreachable' }));
        return Promise.resolve(answer.map((type) => ({ type })));
      },
    },
  });
  return { clock, asked: () => asked, find: async () => [...((await find(client)) ?? ['unknown'])] };
}

describe('the login types on the sign-in page', () => {
  it('are cached for a few seconds', async () => {
    const { clock, asked, find } = ask(['m.login.password'], ['m.login.sso']);
    expect([await find(), await find()]).toEqual([['m.login.password'], ['m.login.password']]);
    expect(asked()).toBe(1);
    await clock.advance(15_000);
    expect(await find()).toEqual(['m.login.sso']);
  });

  it.each([
    { first: 'never', known: ['unknown'] },
    { first: 'failure', known: ['unknown'] },
  ] as const)('are unknown if the homeserver answers: $first', async ({ first, known }) => {
    const { clock, asked, find } = ask(first);
    const found = Promise.all([find(), find()]);
    await clock.advance(3_000);
    expect(await found).toEqual([known, known]);
    // The next page does not wait.
    expect(await find()).toEqual(known);
    expect(asked()).toBe(1);
  });

  it.each(['never', 'failure'] as const)('are those of before if the homeserver answers: %s', async (later) => {
    const { clock, asked, find } = ask(['m.login.sso'], later);
    await find();
    await clock.advance(15_000);
    const found = find();
    await clock.advance(3_000);
    expect([await found, await find()]).toEqual([['m.login.sso'], ['m.login.sso']]);
    expect(asked()).toBe(2);
  });
});
