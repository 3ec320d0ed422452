import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideSend,
  decideSubmit,
  proofOf,
  type SessionState,
  type TokenState,
} from '../../../src/threepid/machine.js';

const expiresAt = 1_000_000;
const rules = { maxGuesses: 5, usableMs: 5000 };

const session = (changes: Partial<SessionState> = {}): SessionState => ({
  lastAttempt: 1,
  validatedAt: undefined,
  expiresAt,
  ...changes,
});
const token = (isGiven: boolean, wrongGuesses = 0, id = 't'): TokenState => ({ id, isGiven, wrongGuesses });

describe('a message', () => {
  it.each([
    ['1 as the first one', { last: undefined, asked: 1, attempt: 1 }],
    ['0 as the first one', { last: undefined, asked: 0, attempt: 0 }],
    ['-7 as the first one', { last: undefined, asked: -7, attempt: -7 }],
    ['without a number as the first one', { last: undefined, asked: undefined, attempt: 0 }],
    ['1 after 0', { last: 0, asked: 1, attempt: 1 }],
    ['2 after 1', { last: 1, asked: 2, attempt: 2 }],
    ['900 after 1', { last: 1, asked: 900, attempt: 900 }],
    ['without a number after 1', { last: 1, asked: undefined, attempt: 2 }],
    ['1e300 after 1', { last: 1, asked: 1e300, attempt: Number.MAX_SAFE_INTEGER }],
    [
      'without a number after the largest one',
      { last: Number.MAX_SAFE_INTEGER, asked: undefined, attempt: Number.MAX_SAFE_INTEGER },
    ],
  ])('goes out for an attempt %s', (_, { last, asked, attempt }) => {
    expect(decideSend(session({ lastAttempt: last }), asked)).toEqual({ act: 'send', attempt });
  });

  it.each([
    { last: 1, asked: 1 },
    { last: 1, asked: 0 },
    { last: 0, asked: -1 },
    { last: 9, asked: 3 },
    { last: Number.MAX_SAFE_INTEGER, asked: 1e300 },
  ])('does not go out for attempt $asked after $last', ({ last, asked }) => {
    const open = session({ lastAttempt: last });
    expect(decideSend(open, asked)).toEqual({ act: 'repeat', session: open });
  });

  it('is sent if there is no session yet', () => {
    expect(decideSend(undefined, 3)).toEqual({ act: 'send', attempt: 3 });
    expect(decideSend(undefined, undefined)).toEqual({ act: 'send', attempt: 0 });
  });
});

describe('a proof', () => {
  it.each([
    ['a validated session', { validatedAt: 5, now: expiresAt - 1, proof: { validatedAt: 5 } }],
    [
      'a validated session that has expired',
      { validatedAt: 5, now: expiresAt, proof: { failure: { kind: 'session_expired' } } },
    ],
    [
      'a session that is not validated',
      { validatedAt: undefined, now: expiresAt - 1, proof: { failure: { kind: 'session_not_validated' } } },
    ],
    [
      'a session that has expired without a validation',
      { validatedAt: undefined, now: expiresAt, proof: { failure: { kind: 'session_expired' } } },
    ],
  ])('of %s', (_, { validatedAt, now, proof }) => {
    expect(proofOf(session({ validatedAt }), now)).toEqual(proof);
  });
});

describe('a token', () => {
  const now = expiresAt - 1;
  const wrong = (charged: readonly string[]) => ({ act: 'refuse', failure: { kind: 'token_wrong' }, charged });
  const expired = { act: 'refuse', failure: { kind: 'session_expired' }, charged: [] };

  it.each([
    ['that was sent', session(), [token(true)], now, { act: 'validate', expiresAt: now + rules.usableMs }],
    ['that is not the last one', session(), [token(true, 0, 'a'), token(false, 0, 'b')], now, { act: 'validate' }],
    ['that is right at the last guess', session(), [token(true, 4)], now, { act: 'validate' }],
    ['that is right one guess too late', session(), [token(true, 5)], now, { act: 'exhausted' }],
    ['that is wrong', session(), [token(false, 0, 'a'), token(false, 4, 'b')], now, wrong(['a', 'b'])],
    ['that is wrong, if one is dead', session(), [token(false, 5, 'a'), token(false, 0, 'b')], now, wrong(['b'])],
    ['that is wrong, if all are dead', session(), [token(false, 5), token(false, 9)], now, { act: 'exhausted' }],
    ['if none was sent', session(), [], now, wrong([])],
    ['that comes too late', session(), [token(true)], expiresAt, expired],
    ['that was right before', session({ validatedAt: 5 }), [token(true)], now, { act: 'confirm' }],
    ['that was right before, but is dead now', session({ validatedAt: 5 }), [token(true, 9)], now, { act: 'confirm' }],
    ['that is wrong after the validation', session({ validatedAt: 5 }), [token(false)], now, wrong([])],
    ['that was right before, too late', session({ validatedAt: 5 }), [token(true)], expiresAt, expired],
  ])('%s', (_what, state, tokens, at, decision) => {
    expect(decideSubmit(state, tokens, rules, at)).toMatchObject(decision);
  });

  it('is never compared with more wrong ones than allowed, in any order of sent and submitted tokens', () => {
    const step = fc.oneof(fc.constant('send' as const), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, maxGuesses) => {
        const sent: { readonly id: string; readonly value: number; wrongGuesses: number; compared: number }[] = [];
        for (const [index, one] of steps.entries()) {
          if (one === 'send') {
            sent.push({ id: String(index), value: index % 10, wrongGuesses: 0, compared: 0 });
            continue;
          }
          const tokens = sent.map(({ id, value, wrongGuesses }) => ({ id, wrongGuesses, isGiven: value === one }));
          const decision = decideSubmit(session(), tokens, { maxGuesses, usableMs: 1 }, now);
          const isLiveAndRight = sent.some(({ value, compared }) => value === one && compared < maxGuesses);
          expect(decision.act === 'validate').toBe(isLiveAndRight);
          if (decision.act === 'validate') return;
          for (const each of sent) if (each.compared < maxGuesses) each.compared += 1;
          const charged = decision.act === 'refuse' ? decision.charged : [];
          for (const each of sent) if (charged.includes(each.id)) each.wrongGuesses += 1;
        }
      }),
    );
  });
});
