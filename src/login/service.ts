import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import { Secret } from '../base/secret.js';
import { SingleFlight } from '../base/single-flight.js';
import type { Database } from '../database/database.js';
import { DatabaseFailure } from '../database/failure.js';
import type { TelegramConnection } from '../telegram/gateway.js';
import type { ConnectionPool } from '../telegram/pool.js';
import type { TelegramUser } from '../telegram/shapes.js';
import { createAccountBook, type Acceptance } from './account-book.js';
import type { AccountChecks, AccountWatcher } from './account-watcher.js';
import type { TelegramFault } from '../telegram/failure.js';
import { LoginFailure } from './failure.js';
import { loginFaultOf } from './fault-of.js';
import { codeAccepted, codeSent, decide, stepOf, survives, type Decision } from './machine.js';
import { createLoginLedger, type Login } from './login-ledger.js';
import type { LoginInput, LoginStep } from './shapes.js';
import { createTelegramDesk, type Answer } from './telegram-desk.js';

/** Logs Matrix users into Telegram. Every method throws LoginFailure for what is known to go wrong. */
export interface LoginService {
  /**
   * Gives `input` to the owner's login, started where `input` can be a first one, and says what comes next.
   * Checks in this order: permission, already logged in, the input, Telegram. What it answers is durable.
   * Equal inputs of one owner at one time count as one.
   */
  submit(owner: Mxid, input: LoginInput): Promise<LoginStep>;
  /** Who the owner is logged in as, asked of Telegram each time; permission is checked first. */
  whoAmI(owner: Mxid): Promise<TelegramUser>;
  /** Forgets logins that are over or that nobody went on with in time, when their sessions are ended at Telegram. To be called now and then. */
  sweep(): Promise<void>;
}

export interface LoginServiceDeps {
  readonly database: Database;
  readonly pool: ConnectionPool;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  /** How long a login may wait for its next step. */
  readonly expireAfterMs: number;
  /** Is told of the accounts. */
  readonly watcher?: AccountWatcher | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export function createLoginService(deps: LoginServiceDeps): LoginService & AccountChecks {
  const { database, mayLogIn, watcher, clock, random, logger } = deps;
  const desk = createTelegramDesk(deps);
  const ledger = createLoginLedger(deps);
  const book = createAccountBook({ database, desk, ledger, watcher, clock, logger });
  const flights = new SingleFlight();

  function alone<T>(owner: Mxid, what: string, work: () => Promise<T>): Promise<T> {
    return flights.run(`${owner} ${what}`, () => database.locks.run(`login:${owner}`, work));
  }

  async function submit(owner: Mxid, input: LoginInput): Promise<LoginStep> {
    const standing = await book.standingOf(owner);
    if (standing.kind !== 'logged_out') throw new LoginFailure({ kind: 'already_logged_in', user: standing.user });
    const login = await ledger.find(owner);
    return act(owner, login, decide(login?.state, input, clock.now()));
  }

  function act(owner: Mxid, login: Login | undefined, decision: Decision): Promise<LoginStep> | LoginStep {
    switch (decision.act) {
      case 'refuse':
        throw new LoginFailure(decision.fault);
      case 'show':
        return decision.step;
      case 'send_code':
        return sendCode(owner, login, decision);
      case 'sign_in':
        return signIn(owner, known(login), decision);
      case 'check_password':
        return checkPassword(owner, known(login), decision);
      case 'sign_in_bot':
        return signInBot(owner, decision.token);
    }
  }

  async function sendCode(owner: Mxid, login: Login | undefined, decision: Act<'send_code'>): Promise<LoginStep> {
    const { phone, session } = decision;
    const again = session ? login : undefined;
    const { id, startedAt } = again ?? { id: randomId(random), startedAt: clock.now() };
    const subject = `send_code:${phone.reveal()}`;
    const answer = await desk.ask({ key: id, session, subject, call: (connection) => connection.sendCode(phone) });
    if (!answer.ok) {
      if (again) await settle(owner, again, answer);
      else await desk.hangUp(id);
      throw failureOf(answer);
    }
    const state = codeSent(phone, answer.session, answer.value, clock.now());
    await ledger.save(owner, { id, startedAt, state }, { replacing: again ? undefined : login });
    return stepOf(state, { fresh: true });
  }

  async function signIn(owner: Mxid, login: Login, { state, code }: Act<'sign_in'>): Promise<LoginStep> {
    const { id } = login;
    const answer = await ask(login, 'sign_in', (connection) =>
      connection.signIn(state.phone, state.phoneCodeHash, code),
    );
    if (!answer.ok) return refused(owner, login, answer);
    const outcome = codeAccepted(state, code, answer.session, answer.value);
    if ('done' in outcome) return finish(owner, { id, session: answer.session, user: outcome.done });
    await ledger.save(owner, { ...login, state: outcome.next });
    return stepOf(outcome.next);
  }

  async function checkPassword(owner: Mxid, login: Login, decision: Act<'check_password'>): Promise<LoginStep> {
    const { id } = login;
    const answer = await ask(login, 'password', (connection) => connection.checkPassword(decision.password));
    if (!answer.ok) return refused(owner, login, answer);
    return finish(owner, { id, session: answer.session, user: answer.value });
  }

  async function signInBot(owner: Mxid, token: Secret): Promise<LoginStep> {
    const id = randomId(random);
    const subject = `bot_token:${token.reveal()}`;
    const answer = await desk.ask({
      key: id,
      session: undefined,
      subject,
      async call(connection) {
        // Telegram may log the bot in without our hearing of it: until the account is ours, its session is one to end.
        await ledger.discard(owner, { id, session: connection.session });
        return connection.signInBot(token);
      },
    });
    if (!answer.ok) {
      if (answer.fault.kind !== 'unreachable') await ledger.remove(id);
      else if (answer.session) await ledger.discard(owner, { id, session: answer.session });
      await desk.hangUp(id);
      throw failureOf(answer);
    }
    return finish(owner, { id, session: answer.session, user: answer.value });
  }

  /**
   * A refusal that would end the login may hide that Telegram accepted the input before and only its answer was lost
   * (connection cut, daemon killed): the code then counts as expired, but the session is logged in.
   */
  async function refused(owner: Mxid, login: Login, answer: Refusal): Promise<LoginStep> {
    if (!survives(answer.fault)) {
      const me = await ask(login, 'sign_in', (connection) => connection.getMe());
      if (me.ok) return finish(owner, { id: login.id, session: me.session, user: me.value });
    }
    await settle(owner, login, answer);
    throw failureOf(answer);
  }

  function ask<T>(
    { id, state }: Login,
    what: string,
    call: (connection: TelegramConnection) => Promise<T>,
  ): Promise<Answer<T>> {
    return desk.ask({ key: id, session: state.session, subject: `${what}:${state.phone.reveal()}`, call });
  }

  async function finish(owner: Mxid, acceptance: Acceptance): Promise<LoginStep> {
    const claim = await book.claim(owner, acceptance);
    if (claim !== 'claimed') {
      await ledger.discard(owner, acceptance);
      await endLeftover(owner, acceptance.id);
      const isOwn = claim.holder === owner;
      throw new LoginFailure(
        isOwn ? { kind: 'already_logged_in', user: acceptance.user } : { kind: 'telegram_account_taken' },
      );
    }
    await desk.hangUp(acceptance.id);
    logger.info('logged in to Telegram', { owner, isBot: acceptance.user.isBot });
    return { kind: 'complete', user: acceptance.user };
  }

  /** After a refusal: the login goes on from where Telegram left it, or ends here. */
  async function settle(owner: Mxid, login: Login, { fault, session }: Refusal): Promise<void> {
    if (!survives(fault)) {
      await ledger.remove(login.id);
      await desk.hangUp(login.id);
      return;
    }
    if (session && !session.equals(login.state.session)) {
      await ledger.save(owner, { ...login, state: { ...login.state, session } });
    }
  }

  /** Why the session of a login that is over could not be ended; undefined where it is. */
  async function endLeftover(owner: Mxid, id: string): Promise<TelegramFault | undefined> {
    const leftover = await ledger.findLeftover(owner, id);
    if (!leftover) return undefined;
    const fault = await desk.endSession(id, leftover.session);
    await (fault ? ledger.postpone(owner, leftover) : ledger.remove(id));
    return fault;
  }

  function permit(owner: Mxid): void {
    if (!mayLogIn(owner)) throw new LoginFailure({ kind: 'not_permitted' });
  }

  return {
    async submit(owner, input) {
      permit(owner);
      return alone(owner, fingerprint(input), () => submit(owner, input));
    },

    async whoAmI(owner) {
      permit(owner);
      const standing = await alone(owner, 'who am I', () => book.standingOf(owner));
      if (standing.kind === 'logged_in') return standing.user;
      throw new LoginFailure(standing.kind === 'logged_out' ? { kind: 'not_logged_in' } : loginFaultOf(standing.fault));
    },

    check: (accountId) => book.check(accountId),

    async sweep() {
      await database.transaction((tx) => tx.floodWaits.deleteExpired(clock.now()));
      for (const { id, owner } of await ledger.listOver()) {
        try {
          const fault = await alone(owner, `end ${id}`, () => endLeftover(owner, id));
          if (fault?.kind === 'unreachable') return;
        } catch (error) {
          if (error instanceof DatabaseFailure) throw error;
          logger.error('a login that is over could not be ended', { owner, error });
        }
      }
    },
  };
}

type Refusal = Extract<Answer<unknown>, { readonly ok: false }>;

type Act<A extends Decision['act']> = Extract<Decision, { readonly act: A }>;

function failureOf({ fault }: Refusal): LoginFailure {
  return new LoginFailure(loginFaultOf(fault));
}

function known(login: Login | undefined): Login {
  if (!login) throw new Error('the machine went on with a login that does not exist');
  return login;
}

/** Equal for equal inputs; holds nothing of them. */
function fingerprint(input: LoginInput): string {
  const value = Object.values(input).map((part: unknown): unknown => (part instanceof Secret ? part.reveal() : part));
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
