import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/base/failure.js';
import type { LoginProgress } from '../../../src/login/processes.js';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import {
  code,
  expireAfterMs,
  mxidOf,
  openLoginFixture,
  password,
  phone,
  type LoginFixture,
} from '../../support/login-fixture.js';
import { numberOf } from '../../support/magic-logins.js';

const alice = mxidOf('@alice:example.org');
const numbers = ['+9996610001', '+9996620002', '+9996621003'] as const;
const userIds = numbers.map((number) => number.slice(1));

const number = fc.constantFrom(...numbers);
const lost = fc.constantFrom('signIn', 'checkPassword', 'exportLoginToken', 'importLoginToken');
const slot = fc.nat(2);
/** The actions of users, in any order and through any dialect. */
const happening = fc.oneof(
  fc.record({ do: fc.constant('submit phone'), number }),
  fc.record({ do: fc.constant('submit code'), number }),
  fc.record({ do: fc.constant('submit password') }),
  fc.record({ do: fc.constant('start'), slot, flow: fc.constantFrom('phone', 'qr'), again: fc.boolean() }),
  fc.record({ do: fc.constant('log in'), slot, number, again: fc.boolean() }),
  fc.record({ do: fc.constant('answer'), slot, number, wrong: fc.boolean() }),
  fc.record({ do: fc.constant('scan'), slot, number }),
  fc.record({ do: fc.constant('cancel'), slot }),
  fc.record({ do: fc.constant('log out') }),
  fc.record({ do: fc.constant('restart') }),
  fc.record({ do: fc.constant('lose an answer'), operation: lost }),
  fc.record({ do: fc.constant('let time pass'), ms: fc.constantFrom(31_000, 61_000, expireAfterMs) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;

async function happen(fixture: LoginFixture, what: Happening, logins: Map<number, string>): Promise<unknown> {
  const { clock, telegram, login } = fixture;
  const loginId = 'slot' in what ? logins.get(what.slot) : undefined;
  switch (what.do) {
    case 'submit phone':
      return login.submit(alice, phone(what.number));
    case 'submit code':
      return login.submit(alice, code(codeOf(what.number)));
    case 'submit password':
      return login.submit(alice, password(magicPassword));
    case 'start':
      return start(fixture, logins, what);
    case 'log in': {
      let progress = await start(fixture, logins, { ...what, flow: 'phone' });
      for (const _ of ['phone', 'code', 'password']) {
        progress = (await answer(fixture, progress, { ...what, wrong: false })) ?? progress;
      }
      return progress;
    }
    case 'answer':
      return loginId && answer(fixture, await login.find(alice, loginId), what);
    case 'scan': {
      const { step, stepNumber } = loginId ? await login.find(alice, loginId) : { step: null, stepNumber: 0 };
      if (!loginId || step?.kind !== 'qr' || step.expiresAt <= clock.now()) return undefined;
      telegram.acceptLoginToken(step.url, numberOf(what.number));
      return fixture.passTime(login.awaitChange(alice, loginId, stepNumber));
    }
    case 'cancel':
      return loginId && login.cancel(alice, loginId);
    case 'log out':
      return login.logOut(alice, 'first');
    case 'restart':
      return fixture.restart();
    case 'lose an answer':
      return telegram.loseAnswer(what.operation);
    case 'let time pass':
      await clock.advance(what.ms);
      return login.sweep();
  }
}

async function start(
  { login }: LoginFixture,
  logins: Map<number, string>,
  how: { readonly slot: number; readonly flow: 'phone' | 'qr'; readonly again: boolean },
) {
  const [first] = await login.accounts(alice);
  const progress = await login.start(alice, { flow: how.flow, replacing: how.again ? first?.user.id : undefined });
  logins.set(how.slot, progress.loginId);
  return progress;
}

function answer(
  fixture: LoginFixture,
  { loginId, step, stepNumber }: LoginProgress,
  given: { readonly number: string; readonly wrong: boolean },
) {
  switch (step.kind) {
    case 'phone':
      return fixture.login.answer(alice, loginId, phone(given.number), stepNumber);
    case 'code':
      return fixture.login.answer(
        alice,
        loginId,
        code(given.wrong ? '99999' : codeOf(step.phone.reveal())),
        stepNumber,
      );
    case 'password':
      return fixture.login.answer(alice, loginId, password(given.wrong ? 'wrong' : magicPassword), 'password');
    case 'bot_token':
    case 'qr':
    case 'complete':
      return undefined;
  }
}

/** Ignores failures. Other errors are defects. */
async function unlessRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
  });
}

const codeOf = (digits: string) => (digits[6] ?? '').repeat(5);

describe('dialects on one user, in any order, with restarts and lost answers', () => {
  it('leave no orphaned session at Telegram and cause no defect', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 25 }), async (happenings) => {
        const fixture = await openLoginFixture({ maxAccounts: 2 });
        const logins = new Map<number, string>();
        for (const what of happenings) await unlessRefused(happen(fixture, what, logins));
        await unlessRefused(fixture.login.cancelAll(alice));
        for (let sweeps = 0; sweeps < 4; sweeps++) {
          await fixture.clock.advance(expireAfterMs);
          await fixture.login.sweep();
        }
        const listed: readonly string[] = (await fixture.login.accounts(alice)).map(({ user }) => user.id);
        const held = userIds.map((id) => fixture.telegram.authorizations(id));
        expect(held).toEqual(userIds.map((id) => (listed.includes(id) ? 1 : 0)));
        expect(listed.length).toBeLessThanOrEqual(2);
        await fixture.close();
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
