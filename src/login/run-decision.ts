import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import type { Secret } from '../base/secret.js';
import type { SignInResult, TelegramConnection, TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser } from '../telegram/shapes.js';
import { failureOf, LoginFailure, toLoginFailureDetails, LoginProcessFailure } from './failure.js';
import type { LoginCompletion } from './login-completion.js';
import type { Login, LoginStore } from './login-store.js';
import {
  accepted,
  codeSent,
  isComplete,
  isPassing,
  noCode,
  provesNoBotLogin,
  sessionOf,
  stepOf,
  survives,
  withSession,
  type AcceptedCode,
  type CompleteCode,
  type Decision,
  type PasswordState,
} from './machine.js';
import { atNextStep, firstSteps, type GivenInput } from './process-meta.js';
import { complaintIn, type LoginStep } from './processes.js';
import type { Answer, Refusal, TelegramCalls, TelegramMethod } from './telegram-calls.js';

/**
 * Carries out the machine's decisions: sends requests to Telegram and stores the resulting state.
 * The caller must hold the owner's lock.
 */
export interface DecisionRunner {
  /**
   * `input` is the input behind the decision. Throws LoginFailure after the resulting state is
   * stored.
   */
  run(owner: Mxid, login: Login | undefined, decision: Decision, input?: GivenInput): Promise<LoginStep>;
  /**
   * Continues after a QR code was scanned: Telegram has logged the user in or requires the
   * password.
   */
  admit(owner: Mxid, login: Login, session: TelegramSession, result: SignInResult): Promise<LoginStep>;
}

export interface DecisionRunnerDeps {
  readonly calls: TelegramCalls;
  readonly store: LoginStore;
  readonly completion: LoginCompletion;
  readonly clock: Clock;
  readonly random: Random;
}

export function createDecisionRunner(deps: DecisionRunnerDeps): DecisionRunner {
  const { calls, store, completion, clock, random } = deps;

  async function run(owner: Mxid, login: Login | undefined, decision: Decision, input: GivenInput = {}) {
    switch (decision.act) {
      case 'refuse':
        return refuse(owner, login, decision, input);
      case 'show':
        return decision.step;
      case 'send_code':
        return sendCode(owner, login, decision, input);
      case 'resend_code':
        return resendCode(owner, known(login), decision);
      case 'sign_in':
        return signIn(owner, known(login), decision, input);
      case 'check_password':
        return checkPassword(owner, known(login), decision, input);
      case 'sign_in_bot':
        return signInBot(owner, login?.state.step === 'bot_token' ? login : undefined, decision.token, input);
    }
  }

  /** A rejection by the machine is a complaint too, if its failure is one. */
  async function refuse(
    owner: Mxid,
    login: Login | undefined,
    { failure }: Act<'refuse'>,
    input: GivenInput,
  ): Promise<never> {
    const complaint = complaintIn(failure);
    if (login && input.answer && complaint) {
      await store.save(owner, atNextStep(login, { answer: input.answer, complaint, fresh: false }));
    }
    throw new LoginFailure(failure);
  }

  async function sendCode(
    owner: Mxid,
    login: Login | undefined,
    { phone, session }: Act<'send_code'>,
    input: GivenInput,
  ): Promise<LoginStep> {
    const goesOn = session || login?.state.step === 'phone' ? login : undefined;
    const { id, startedAt, meta } = goesOn ?? { id: randomId(random), startedAt: clock.now(), meta: null };
    await calls.checkAttempts(owner);
    const sent = await calls.ask({
      key: id,
      session,
      method: 'send_code',
      subject: phone.reveal(),
      countedFor: owner,
      call: (connection) => connection.sendCode(phone),
    });
    if (!sent.ok) {
      if (goesOn && session) return refused(owner, goesOn, sent, input);
      await calls.close(id);
      if (goesOn) await settle(owner, goesOn, { ...sent, session: undefined }, input);
      throw failureOf(sent.failure);
    }
    const state = codeSent(phone, sent.session, sent.value, clock.now());
    const next = { id, startedAt, state, meta };
    // A new code for the same step does not start another step.
    await store.save(owner, session ? next : atNextStep(next, input), { replacing: goesOn ? undefined : login });
    return stepOf(state, { fresh: true });
  }

  async function resendCode(owner: Mxid, login: Login, { state }: Act<'resend_code'>): Promise<LoginStep> {
    const { phone, phoneCodeHash } = state;
    await calls.checkAttempts(owner);
    const sent = await calls.ask({
      key: login.id,
      session: state.session,
      method: 'resend_code',
      subject: phone.reveal(),
      countedFor: owner,
      call: (connection) => connection.resendCode(phone, phoneCodeHash),
    });
    if (!sent.ok) return refused(owner, login, sent);
    if (!sent.value) throw new LoginProcessFailure({ kind: 'resend_unavailable' });
    const next = codeSent(phone, sent.session, sent.value, clock.now());
    // The step is the same: an answer that was wrong before can be right for the new code.
    const meta = login.meta && { ...login.meta, fresh: true, complaint: null, lastAnswer: null };
    await store.save(owner, { ...login, state: next, meta });
    return stepOf(next, { fresh: true });
  }

  async function signIn(owner: Mxid, login: Login, { state, code }: Act<'sign_in'>, input: GivenInput) {
    const { phone, phoneCodeHash: codeHash, sent } = state;
    const given = { phone, code, codeHash, codeDelivery: sent.delivery };
    const outcome = await askToSignIn(owner, login, given);
    if (!outcome.ok) return refused(owner, login, outcome, input);
    return goOn(owner, login, given, outcome.session, outcome.value, input);
  }

  function askToSignIn(owner: Mxid, login: Login, { phone, code, codeHash, codeDelivery }: CompleteCode) {
    const keep = (session: TelegramSession) =>
      store.save(owner, { ...login, state: withSession(login.state, session) });
    return ask(login, 'sign_in', phone.reveal(), (connection) =>
      connection.signIn(phone, codeHash, code, keep, codeDelivery),
    );
  }

  async function checkPassword(
    owner: Mxid,
    login: Login,
    { state, password }: Act<'check_password'>,
    input: GivenInput,
  ): Promise<LoginStep> {
    // After a QR code, the phone number is unknown.
    const whose = state.phone?.reveal() ?? login.id;
    const outcome = await ask(login, 'check_password', whose, (connection) => connection.checkPassword(password));
    if (!outcome.ok) {
      if (outcome.failure.kind === 'password_not_set') return goOnWithoutPassword(owner, login, state, input);
      return refused(owner, login, outcome, input);
    }
    const { session, value: user } = outcome;
    return finish(owner, login, session, user, input);
  }

  /**
   * The user has removed the cloud password meanwhile. The code that was accepted logs them in now,
   * or the login starts again.
   */
  async function goOnWithoutPassword(
    owner: Mxid,
    login: Login,
    { phone, code, codeHash, codeDelivery }: PasswordState,
    input: GivenInput,
  ): Promise<LoginStep> {
    const given = { phone, code, codeHash, codeDelivery };
    const outcome = isComplete(given)
      ? await askToSignIn(owner, login, given)
      : await ask(login, 'login_token', login.id, (connection) => connection.exportLoginToken());
    const { session } = outcome;
    if (outcome.ok && outcome.value.kind === 'authorized') {
      return goOn(owner, login, given, outcome.session, outcome.value, input);
    }
    if (!outcome.ok && isPassing(outcome.failure)) return refused(owner, login, outcome, input);
    return refused(owner, login, { failure: { kind: 'session_dead', reason: 'expired' }, session }, input);
  }

  async function signInBot(owner: Mxid, login: Login | undefined, token: Secret, input: GivenInput) {
    const id = randomId(random);
    await calls.checkAttempts(owner);
    const outcome = await calls.ask({
      key: id,
      session: undefined,
      method: 'sign_in_bot',
      subject: token.reveal(),
      countedFor: owner,
      async call(connection) {
        // Telegram's response may be lost: until the account is claimed, the session is to be
        // ended.
        const keep = (session: TelegramSession) => store.discard(owner, { id, session });
        await keep(connection.session);
        return connection.signInBot(token, keep);
      },
    });
    if (!outcome.ok) {
      if (provesNoBotLogin(outcome.failure)) await store.remove(owner, id);
      await calls.close(id);
      if (login) await settle(owner, login, { ...outcome, session: undefined }, input);
      throw failureOf(outcome.failure);
    }
    const { session, value: user } = outcome;
    return completion.complete(owner, { id, session, user, login }, input);
  }

  const finish = (owner: Mxid, login: Login, session: TelegramSession, user: TelegramUser, input: GivenInput) =>
    completion.complete(owner, { id: login.id, session, user, login }, input);

  async function goOn(
    owner: Mxid,
    login: Login,
    given: AcceptedCode,
    session: TelegramSession,
    result: SignInResult,
    input: GivenInput,
  ): Promise<LoginStep> {
    const outcome = accepted(given, session, result);
    if ('done' in outcome) return finish(owner, login, session, outcome.done, input);
    await store.save(owner, { ...atNextStep(login, input), state: outcome.next });
    return stepOf(outcome.next);
  }

  /**
   * Telegram may have accepted the input earlier without its response arriving (connection lost,
   * daemon killed). The code then counts as expired although the session is logged in. So a failure
   * that would end the login is checked first.
   */
  async function refused(owner: Mxid, login: Login, refusal: Refusal, input: GivenInput = {}): Promise<LoginStep> {
    if (!survives(refusal.failure)) {
      const me = await ask(login, 'get_me', login.id, (connection) => connection.getMe());
      if (me.ok) return finish(owner, login, me.session, me.value, input);
      // Telegram did not answer whether the session is logged in: it is to be ended.
      const session = me.session ?? sessionOf(login.state);
      if (me.failure.kind !== 'session_dead' && session) {
        await store.discard(owner, { id: randomId(random), session });
      }
    }
    await settle(owner, login, refusal, input);
    throw failureOf(refusal.failure);
  }

  function ask<T>(
    { id, state }: Login,
    method: TelegramMethod,
    subject: string,
    call: (connection: TelegramConnection) => Promise<T>,
  ): Promise<Answer<T>> {
    return calls.ask({ key: id, session: sessionOf(state), method, subject, call });
  }

  /**
   * Stores the result of a failure: the login continues at Telegram's step, returns to its first
   * step, or ends.
   */
  async function settle(owner: Mxid, login: Login, { failure, session }: Refusal, input: GivenInput): Promise<void> {
    const complaint = complaintIn(toLoginFailureDetails(failure));
    if (!survives(failure)) {
      if (login.meta) {
        const state = { step: firstSteps[login.meta.flow] };
        await store.save(owner, { ...atNextStep(login, { answer: input.answer, complaint }), state });
      } else {
        await store.remove(owner, login.id);
      }
      return calls.close(login.id);
    }
    const state = withSession(login.state, session);
    const again = { answer: input.answer, complaint, fresh: false };
    if (input.answer && complaint) await store.save(owner, { ...atNextStep(login, again), state });
    else if (state !== login.state) await store.save(owner, { ...login, state });
  }

  return {
    run,
    admit: (owner, login, session, result) => goOn(owner, login, noCode, session, result, {}),
  };
}

type Act<A extends Decision['act']> = Extract<Decision, { readonly act: A }>;

function known(login: Login | undefined): Login {
  if (!login) throw new Error('decision continues a login process that does not exist');
  return login;
}
