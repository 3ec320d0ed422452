import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import { readPhoneNumber } from '../base/read-phone-number.js';
import type { LinkedAccounts } from './linked-accounts.js';
import { TelegramAccountFailure } from './accounts.js';
import { LoginFailure, LoginProcessFailure } from './failure.js';
import type { LoginCompletion } from './login-completion.js';
import { isShared, type Login, type LoginStore, type PastLogin } from './login-store.js';
import { advance, fingerprint, firstSteps, initialMeta, matchAnswer } from './process-meta.js';
import type { DecisionRunner } from './run-decision.js';
import type { TelegramCalls } from './telegram-calls.js';
import type { OwnerQueue } from './owner-queue.js';
import { decide, decideResend, sessionOf } from './machine.js';
import type { ExpectedStep, LoginInput, LoginProcesses, LoginProgress, LoginStart } from './processes.js';
import { progressOf } from './progress.js';
import type { QrLogin } from './qr-login.js';
import { createQrWaits } from './qr-waits.js';
import { readUser } from './login-codec.js';

export interface LoginProcessesDeps {
  readonly store: LoginStore;
  readonly linkedAccounts: LinkedAccounts;
  readonly runner: DecisionRunner;
  readonly qr: QrLogin;
  readonly completion: LoginCompletion;
  readonly calls: TelegramCalls;
  readonly queue: OwnerQueue;
  readonly maxAccounts: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The maximum number of login processes of one owner. Programs abandon them rather than cancel
 * them.
 */
const maxPending = 8;
/**
 * Telegram's user IDs are positive 64-bit numbers. The account may have been deleted, so nothing
 * else is checked.
 */
const wellFormedAccount = /^[1-9]\d{0,18}$/;
export function createLoginProcesses(deps: LoginProcessesDeps): LoginProcesses {
  const { store, linkedAccounts, runner, completion, qr, calls, maxAccounts, clock, random } = deps;
  const { permit, runExclusive, runExclusiveWithin } = deps.queue;
  const waits = createQrWaits({ store, qr, queue: deps.queue, load, shown, clock });

  async function load(owner: Mxid, id: string): Promise<Login | PastLogin> {
    const login = await store.load(owner, id);
    if (!login) throw new LoginProcessFailure({ kind: 'login_unknown' });
    return login;
  }

  /** Returns the current step. Requests a QR code if there is none yet. */
  async function shown(owner: Mxid, id: string): Promise<LoginProgress> {
    const login = await load(owner, id);
    if (!('state' in login) || login.state.step !== 'qr_wanted') return progressOf(login);
    await qr.show(owner, login);
    return progressOf(await load(owner, id));
  }

  async function start(owner: Mxid, how: LoginStart): Promise<LoginProgress> {
    const { flow, replacing } = how;
    if (how.onlyIfLoggedOut) {
      const loginStatus = await linkedAccounts.getStatus(owner);
      if (loginStatus.kind !== 'logged_out') {
        throw new LoginFailure({ kind: 'already_logged_in', user: loginStatus.user });
      }
    }
    if (replacing !== undefined && !wellFormedAccount.test(replacing)) {
      throw new TelegramAccountFailure({ kind: 'account_unknown' });
    }
    if (!(await mayStart(owner, replacing))) {
      throw new LoginProcessFailure({ kind: 'too_many_accounts', allowed: maxAccounts });
    }
    if (flow === 'qr') await calls.checkAttempts(owner);
    await makeRoom(owner);
    const meta = initialMeta(how);
    const login = { id: randomId(random), startedAt: clock.now(), state: { step: firstSteps[flow] }, meta };
    if (flow === 'qr') await qr.show(owner, { ...login, meta: { ...meta, stepNumber: 0 } });
    else await store.save(owner, login);
    if (flow === 'phone' && replacing !== undefined) await submitKnownNumber(owner, login.id, replacing);
    return shown(owner, login.id);
  }

  /**
   * Submits the known number of the account to log in to again. If no code can be sent to it, the
   * number is asked for as usual.
   */
  async function submitKnownNumber(owner: Mxid, loginId: string, telegramUserId: string): Promise<void> {
    const account = (await linkedAccounts.list(owner)).find((one) => one.telegramUserId === telegramUserId);
    const phone = account && readUser(account.profile).phone;
    if (!phone) return;
    try {
      await answer(owner, loginId, { kind: 'phone', phone: phone.reveal() }, 1);
    } catch (error) {
      if (!(error instanceof LoginFailure)) throw error;
    }
  }

  async function mayStart(owner: Mxid, replacing: string | undefined): Promise<boolean> {
    const accounts = await linkedAccounts.list(owner);
    return (
      accounts.some(({ telegramUserId }) => telegramUserId === replacing) || linkedAccounts.hasRoom(owner, accounts)
    );
  }

  async function makeRoom(owner: Mxid): Promise<void> {
    const started = (await store.list(owner)).filter(({ meta }) => meta !== null);
    for (const { id, state } of started.slice(maxPending - 1)) {
      await store.evict(owner, { id, session: sessionOf(state) ?? null });
      qr.leave(id);
    }
  }

  /** The sweep ends its session. */
  async function endProcess(owner: Mxid, { id, state }: Login): Promise<void> {
    await store.discard(owner, { id, session: sessionOf(state) ?? null });
    qr.leave(id);
  }

  async function answer(owner: Mxid, id: string, input: LoginInput, expecting: ExpectedStep): Promise<LoginProgress> {
    const login = await load(owner, id);
    const { meta } = login;
    if (!meta) throw new Error('a login process without metadata was loaded');
    const given = { kind: input.kind, digest: fingerprint(input) };
    const match = matchAnswer(meta, 'state' in login ? login.state.step : undefined, expecting, given);
    if (match === 'repeated') return shown(owner, id);
    if (!('state' in login)) throw pastFailure(login);
    if (match === 'wrong_step') {
      // An input that was accepted before can be repeated, even if it was sent through another
      // dialect.
      if (decide(login.state, input, clock.now()).act === 'show') return shown(owner, id);
      throw new LoginProcessFailure({ kind: 'wrong_step' });
    }
    const adopted = input.kind === 'phone' ? await findAdoptable(owner, id, input.phone) : undefined;
    const answered = { ...given, stepNumber: meta.stepNumber };
    if (adopted) {
      const next = advance(meta, { answer: answered, fresh: false });
      // A session has one connection, whose key is the ID of its login process.
      await calls.close(adopted.id);
      await store.adopt(owner, { ...login, state: adopted.state, meta: next }, adopted);
      return shown(owner, id);
    }
    try {
      await runner.run(owner, login, decide(login.state, input, clock.now()), { answer: answered });
    } catch (error) {
      const isComplaint = error instanceof LoginFailure && (await complains(owner, id, meta.stepNumber));
      if (!isComplaint) throw error;
    }
    return shown(owner, id);
  }

  /** Returns whether the login process has returned to a step with a complaint. */
  async function complains(owner: Mxid, id: string, stepNumber: number): Promise<boolean> {
    const login = await store.load(owner, id);
    const isUnderWay = login && 'state' in login && login.meta;
    return isUnderWay ? isUnderWay.complaint !== null && isUnderWay.stepNumber !== stepNumber : false;
  }

  /**
   * Returns a login process of the owner that waits for the code or the password of this number.
   */
  async function findAdoptable(owner: Mxid, id: string, text: string | undefined) {
    const phone = text === undefined ? undefined : readPhoneNumber(text);
    if (!phone) return undefined;
    const others = (await store.list(owner)).filter((login) => login.id !== id);
    return others.filter(isShared).find(({ state }) => state.phone?.equals(phone) === true);
  }

  async function resend(owner: Mxid, id: string | undefined): Promise<LoginProgress> {
    const login = id === undefined ? await store.find(owner) : await load(owner, id);
    if (!login) throw new LoginProcessFailure({ kind: 'login_unknown' });
    if (!('state' in login)) throw pastFailure(login);
    const decision = decideResend(login.state, clock.now());
    if (!decision) throw new LoginProcessFailure({ kind: 'wrong_step' });
    const { flow, stepNumber, complaint } = login.meta ?? { ...initialMeta({ flow: 'phone' }), stepNumber: 2 };
    try {
      const step = await runner.run(owner, login, decision);
      return { loginId: login.id, flow, stepNumber, step, complaint: step.kind === 'code' ? complaint : null };
    } catch (error) {
      const isComplaint = error instanceof LoginFailure && (await complains(owner, login.id, stepNumber));
      if (!isComplaint) throw error;
      return shown(owner, login.id);
    }
  }

  return {
    async start(owner, how) {
      permit(owner);
      // Concurrent starts are separate login processes.
      return runExclusiveWithin(owner, `start ${randomId(random)}`, () => start(owner, how));
    },

    async answer(owner, loginId, input, expecting) {
      permit(owner);
      const what = `answer ${loginId} ${expecting} ${fingerprint(input)}`;
      return runExclusiveWithin(owner, what, () => answer(owner, loginId, input, expecting));
    },

    async find(owner, loginId) {
      permit(owner);
      return runExclusiveWithin(owner, `show ${loginId}`, () => shown(owner, loginId));
    },

    async awaitChange(owner, loginId, seen, signal) {
      permit(owner);
      return waits.awaitChange(owner, loginId, seen, signal);
    },

    async resend(owner, loginId) {
      permit(owner);
      return runExclusiveWithin(owner, `resend ${loginId ?? ''}`, () => resend(owner, loginId));
    },

    async cancel(owner, loginId) {
      permit(owner);
      await runExclusive(owner, `cancel ${loginId}`, async () => {
        const login = await load(owner, loginId);
        if ('state' in login) {
          await endProcess(owner, login);
          await completion.endSessionOf(owner, loginId);
          return;
        }
        if (login.end.how !== 'cancelled') throw pastFailure(login);
      });
    },

    async cancelAll(owner) {
      permit(owner);
      await runExclusive(owner, 'cancel', async () => {
        const logins = await store.list(owner);
        for (const login of logins) await endProcess(owner, login);
        await Promise.all(logins.map(({ id }) => completion.endSessionOf(owner, id)));
      });
    },

    cancelForced: (owner, loginId) =>
      runExclusive(owner, `cancel ${loginId} forced`, async () => {
        const login = (await store.list(owner)).find(({ id }) => id === loginId);
        if (!login) return false;
        await endProcess(owner, login);
        await completion.endSessionOf(owner, loginId);
        return true;
      }),
  };
}

function pastFailure({ end }: PastLogin): LoginProcessFailure {
  switch (end.how) {
    case 'finished':
      return new LoginProcessFailure({ kind: 'login_finished' });
    case 'cancelled':
      return new LoginProcessFailure({ kind: 'login_cancelled' });
    case 'timed_out':
      return new LoginProcessFailure({ kind: 'login_timed_out' });
  }
}
