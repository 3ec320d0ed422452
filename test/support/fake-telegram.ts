import { systemClock } from '../../src/base/clock.js';
import type { Clock } from '../../src/base/clock.js';
import type { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import { TelegramFailure } from '../../src/telegram/failure.js';
import type { SessionDeath, TelegramFailureDetails } from '../../src/telegram/failure.js';
import type {
  LoginTokenResult,
  SignInResult,
  TelegramConnection,
  TelegramGateway,
  TelegramSession,
} from '../../src/telegram/gateway.js';
import type { LoginCode, TelegramUser } from '../../src/telegram/shapes.js';
import {
  accountOfPhone,
  botOfToken,
  dataCentreOfBot,
  chatsOf,
  contactsOf,
  findByUsername,
  searchUsers,
  type FakeAccount,
} from './fake-telegram-accounts.js';
import { OpenWaits } from './open-waits.js';

/** The calls that a fault or a hold can name. */
export type FakeTelegramOperation =
  | 'connect'
  | 'sendCode'
  | 'resendCode'
  | 'signIn'
  | 'checkPassword'
  | 'signInBot'
  | 'exportLoginToken'
  | 'importLoginToken'
  | 'getMe'
  | 'contacts'
  | 'chats'
  | 'findByUsername'
  | 'findByPhone'
  | 'searchUsers'
  | 'logOut';

/** A code that the fake has sent. */
export interface SentFakeCode {
  readonly phone: string;
  readonly code: string;
  readonly phoneCodeHash: string;
}

/** Telegram in memory: the port, switches for faults, and the state that a test may read. */
export interface FakeTelegram {
  readonly gateway: TelegramGateway;
  /** Returns every code sent so far, oldest first; with a phone, the codes for that number. */
  sentCodes(phone?: PhoneNumber): readonly SentFakeCode[];
  /** How often each operation was called, including failed calls. */
  calls(operation: FakeTelegramOperation): number;
  liveConnections(): number;
  /** Returns how many sessions are logged in at Telegram as this user ID. */
  authorizations(userId: string): number;
  /** The user IDs that have logged out, in order. */
  logOuts(): readonly string[];
  /**
   * Makes the next `times` calls of `operation` fail; `phone` limits it to calls for that number.
   * With `movesTo`, the calls fail after the session has moved to this data centre. Returns a
   * function that ends it.
   */
  fail(
    operation: FakeTelegramOperation,
    fault: TelegramFailureDetails,
    options?: { readonly times?: number; readonly phone?: PhoneNumber; readonly movesTo?: number },
  ): () => void;
  /** Makes every call fail with `unreachable` until `comeBack`. */
  goDown(): void;
  /**
   * Leaves every call unanswered: it fails with `unreachable` at the deadline on the clock, or with
   * close().
   */
  goSilent(): void;
  /** Ends goDown and goSilent; unanswered calls stay unanswered. */
  comeBack(): void;
  /**
   * The next call of `operation` takes effect, but its answer is lost: the call fails with
   * `unreachable`.
   */
  loseAnswer(
    operation: 'signIn' | 'checkPassword' | 'signInBot' | 'exportLoginToken' | 'importLoginToken',
    fault?: TelegramFailureDetails,
  ): void;
  /**
   * Lets the account of this number scan a QR code: the token, or the whole tg://login link. With
   * `unheard`, the client is not notified.
   */
  acceptLoginToken(token: Secret, phone: PhoneNumber, how?: { readonly unheard?: boolean }): void;
  /** Resolves when this many calls wait for an update of a QR code that has not been scanned. */
  untilListening(count: number): Promise<void>;
  /** Notifies every connection that waits for its QR code that updates may have been lost. */
  shakeConnections(): void;
  /** Makes calls of `operation` wait until the returned function is called. */
  hold(operation: FakeTelegramOperation): () => void;
  /** Invalidates every code sent to this number so far. */
  expireCodes(phone: PhoneNumber): void;
  /**
   * Ends every session that is logged in as this user ID or is logging in to it; without a user ID,
   * every session.
   */
  endSessions(reason: SessionDeath, userId?: string): void;
  /** Changes the phone number of the account with that user ID. */
  renumber(userId: string, phone: PhoneNumber | null): void;
}

interface FakeLoginToken {
  readonly token: string;
  readonly authorization: Authorization;
  readonly expiresAt: number;
  acceptedBy: FakeAccount | null;
}

interface Authorization {
  readonly key: string;
  dataCentre: number;
  user: TelegramUser | null;
  /** The account for which a code was requested. */
  awaited: TelegramUser | null;
  /**
   * The account that has passed the code but not the cloud password; null if the password was
   * removed since.
   */
  pending: { readonly user: TelegramUser; readonly password: string | null } | null;
  death: SessionDeath | null;
  live: number;
}

interface Injected {
  readonly operation: FakeTelegramOperation;
  readonly fault: TelegramFailureDetails;
  readonly phone: PhoneNumber | undefined;
  readonly movesTo: number | undefined;
  left: number;
}

const startingDataCentre = 1;
const resendTimeoutMs = 60_000;
const loginTokenLifeMs = 30_000;

/**
 * Creates a fake of the Telegram port with the magic accounts of fake-telegram-accounts.ts. It
 * behaves as the contract suite requires, and as Telegram does in one more respect: two live
 * connections on one session end it as `duplicated`. The gateway may be used again after close(),
 * as a restarted daemon would use a new one.
 */
export function createFakeTelegram({
  clock = systemClock,
  deadlineMs = 15_000,
}: { readonly clock?: Clock; readonly deadlineMs?: number } = {}): FakeTelegram {
  const authorizations = new Map<string, Authorization>();
  const codes: (SentFakeCode & { expired: boolean; resent: boolean; tries: number })[] = [];
  const loginTokens: FakeLoginToken[] = [];
  /** The waiters for updates of a QR code, by the key of the session. */
  const listeners = new Set<{ readonly key: () => string; readonly hear: () => void }>();
  const callCounts = new Map<FakeTelegramOperation, number>();
  const injected = new Set<Injected>();
  const holds = new Map<FakeTelegramOperation, Promise<void>>();
  const loggedOut: string[] = [];
  const lostAnswers = new Map<FakeTelegramOperation, TelegramFailureDetails>();
  const live = new Set<TelegramConnection>();
  let opening = new OpenWaits();
  let weather: 'well' | 'down' | 'silent' = 'well';
  let serial = 0;
  let listening = 0;
  const listeningChecks = new Set<() => void>();

  const fail = (fault: TelegramFailureDetails): never => {
    throw new TelegramFailure(fault);
  };

  const arrive = async (
    waits: OpenWaits,
    operation: FakeTelegramOperation,
    phone?: PhoneNumber,
    move?: (dataCentre: number) => void,
  ): Promise<void> => {
    callCounts.set(operation, (callCounts.get(operation) ?? 0) + 1);
    const wait = holds.get(operation);
    await waits.until(wait ?? Promise.resolve());
    if (weather === 'down') fail({ kind: 'unreachable' });
    if (weather === 'silent') await waits.unanswered(clock, deadlineMs);
    for (const fault of injected) {
      if (fault.operation !== operation) continue;
      if (fault.phone !== undefined && (phone === undefined || !fault.phone.equals(phone))) continue;
      fault.left -= 1;
      if (fault.left === 0) injected.delete(fault);
      if (fault.movesTo !== undefined) move?.(fault.movesTo);
      fail(fault.fault);
    }
  };

  const answer = <T>(operation: FakeTelegramOperation, value: T): T => {
    const fault = lostAnswers.get(operation);
    lostAnswers.delete(operation);
    return fault ? fail(fault) : value;
  };

  const newAuthorization = (dataCentre: number): Authorization => {
    serial += 1;
    const authorization: Authorization = {
      key: `fake-session-${dataCentre}-${serial}`,
      dataCentre,
      user: null,
      awaited: null,
      pending: null,
      death: null,
      live: 0,
    };
    authorizations.set(authorization.key, authorization);
    return authorization;
  };

  const connect = async (session?: TelegramSession): Promise<TelegramConnection> => {
    await arrive(opening, 'connect');
    const current = session === undefined ? newAuthorization(startingDataCentre) : authorizations.get(session.reveal());
    if (current === undefined) return fail({ kind: 'session_dead', reason: 'auth_key_forgotten' });
    if (current.live > 0) current.death = 'duplicated';
    let authorization = current;
    const waits = new OpenWaits();
    let destroyed = false;
    authorization.live += 1;
    /**
     * Settles when there is an update of the token that this connection has exported, or
     * immediately if it has exported none.
     */
    let tellNews: () => void = () => undefined;
    let news = Promise.resolve();
    const listener = { key: () => authorization.key, hear: () => tellNews() };
    listeners.add(listener);

    const call = async (operation: FakeTelegramOperation, phone?: PhoneNumber): Promise<void> => {
      if (destroyed) fail({ kind: 'unreachable' });
      await arrive(waits, operation, phone, migrateTo);
      if (destroyed) fail({ kind: 'unreachable' });
      if (authorization.death !== null) fail({ kind: 'session_dead', reason: authorization.death });
    };
    const migrateTo = (dataCentre: number): void => {
      if (authorization.dataCentre === dataCentre) return;
      authorization.live -= 1;
      authorization = newAuthorization(dataCentre);
      authorization.live += 1;
    };
    const admit = (account: FakeAccount): SignInResult => {
      if (account.user === null) return fail({ kind: 'phone_number_unoccupied' });
      const isRemoved = account.losesPassword && authorization.pending !== null;
      if (account.password === undefined || isRemoved) return { kind: 'authorized', user: logIn(account.user) };
      const { losesPassword } = account;
      authorization.pending = { user: account.user, password: losesPassword ? null : account.password.password };
      return { kind: 'password_needed', hint: account.password.hint ?? null };
    };
    /** A token stays valid until it has logged a session in. */
    const redeem = (accepted: FakeLoginToken, account: FakeAccount): SignInResult => {
      const result = admit(account);
      if (result.kind === 'authorized') loginTokens.splice(loginTokens.indexOf(accepted), 1);
      return result;
    };
    const whoAsks = (): TelegramUser => authorization.user ?? fail({ kind: 'session_dead', reason: 'revoked' });
    const logIn = (user: TelegramUser): TelegramUser => {
      authorization.user = user;
      authorization.pending = null;
      return user;
    };

    const connection: TelegramConnection = {
      get session() {
        return new Secret(authorization.key);
      },
      async sendCode(phone): Promise<LoginCode> {
        await call('sendCode', phone);
        const account = accountOfPhone(phone);
        if (account === undefined) return fail({ kind: 'phone_number_invalid' });
        migrateTo(account.dataCentre);
        if (account.sendCodeFailure !== undefined) fail(account.sendCodeFailure);
        authorization.awaited = account.user;
        const phoneCodeHash = `hash-${codes.length + 1}`;
        codes.push({
          phone: phone.reveal(),
          code: account.code,
          phoneCodeHash,
          expired: false,
          resent: false,
          tries: 0,
        });
        return {
          phoneCodeHash: new Secret(phoneCodeHash),
          delivery: account.delivery,
          length: /^\d+$/.test(account.code) ? account.code.length : null,
          hint: account.codeHint,
          nextDelivery: account.delivery === 'app' ? 'sms' : null,
          timeoutMs: resendTimeoutMs,
        };
      },
      async resendCode(phone, phoneCodeHash): Promise<LoginCode | null> {
        await call('resendCode', phone);
        const sent = codes.find((one) => one.phoneCodeHash === phoneCodeHash.reveal());
        if (sent === undefined || sent.expired || sent.phone !== phone.reveal()) {
          return fail({ kind: 'phone_code_expired' });
        }
        if (sent.resent || accountOfPhone(phone)?.delivery !== 'app') return null;
        sent.resent = true;
        const { length } = sent.code;
        return { phoneCodeHash, delivery: 'sms', length, hint: null, nextDelivery: null, timeoutMs: resendTimeoutMs };
      },
      async exportLoginToken(): Promise<LoginTokenResult> {
        await call('exportLoginToken');
        news = new Promise((resolve) => (tellNews = resolve));
        const accepted = loginTokens.find((one) => one.authorization === authorization && one.acceptedBy !== null);
        if (accepted?.acceptedBy) {
          if (accepted.acceptedBy.dataCentre !== authorization.dataCentre) {
            migrateTo(accepted.acceptedBy.dataCentre);
            return answer('exportLoginToken', { kind: 'accepted_elsewhere', token: new Secret(accepted.token) });
          }
          return answer('exportLoginToken', redeem(accepted, accepted.acceptedBy));
        }
        serial += 1;
        const expiresAt = clock.now() + loginTokenLifeMs;
        const token = Buffer.from(`fake-login-token-${serial}`).toString('base64url');
        loginTokens.push({ token, authorization, expiresAt, acceptedBy: null });
        return answer('exportLoginToken', { kind: 'token', token: { token: new Secret(token), expiresAt } });
      },
      async importLoginToken(token): Promise<SignInResult> {
        await call('importLoginToken');
        const accepted = loginTokens.find((one) => one.token === token.reveal() && one.acceptedBy !== null);
        if (!accepted?.acceptedBy) return fail({ kind: 'login_token_invalid' });
        return answer('importLoginToken', redeem(accepted, accepted.acceptedBy));
      },
      async loginTokenNews(signal): Promise<void> {
        if (destroyed) return;
        const aborted = new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        listening += 1;
        for (const check of listeningChecks) check();
        await Promise.race([news, aborted]);
        listening -= 1;
        for (const check of listeningChecks) check();
      },
      async contacts() {
        await call('contacts');
        return contactsOf(whoAsks());
      },
      async chats() {
        await call('chats');
        return chatsOf(whoAsks());
      },
      async findByUsername(username) {
        await call('findByUsername');
        whoAsks();
        return findByUsername(username);
      },
      async findByPhone(phone) {
        await call('findByPhone', phone);
        whoAsks();
        const user = accountOfPhone(phone)?.user;
        return user ? { kind: 'user', user: { ...user, phone: null } } : { kind: 'not_found' };
      },
      async searchUsers(query) {
        await call('searchUsers');
        return searchUsers(whoAsks(), query);
      },
      async signIn(phone, phoneCodeHash, code, _keep, delivery = 'app'): Promise<SignInResult> {
        await call('signIn', phone);
        const account = accountOfPhone(phone);
        if (account === undefined) return fail({ kind: 'phone_number_invalid' });
        const sent = codes.find((one) => one.phoneCodeHash === phoneCodeHash.reveal());
        if (sent === undefined || sent.expired || sent.phone !== phone.reveal()) {
          return fail({ kind: 'phone_code_expired' });
        }
        if (account.signInFailure !== undefined) fail(account.signInFailure);
        sent.tries += 1;
        const isRefused = account.refusesFirstCode && sent.tries === 1;
        const isAstray = (delivery === 'email') !== (account.delivery === 'email');
        if (isRefused || isAstray || code.reveal() !== sent.code) fail({ kind: 'phone_code_invalid' });
        const result = admit(account);
        if (result.kind === 'authorized') {
          sent.expired = true;
          if (account.isDeactivated) authorization.death = 'deactivated';
        }
        return answer('signIn', result);
      },
      async checkPassword(password): Promise<TelegramUser> {
        await call('checkPassword');
        if (authorization.pending === null) return fail({ kind: 'session_dead', reason: 'revoked' });
        if (authorization.pending.password === null) fail({ kind: 'password_not_set' });
        if (password.reveal() !== authorization.pending.password) fail({ kind: 'password_invalid' });
        return answer('checkPassword', logIn(authorization.pending.user));
      },
      async signInBot(token, keep): Promise<TelegramUser> {
        await call('signInBot');
        const bot = botOfToken(token.reveal());
        if ('kind' in bot) return fail(bot);
        const dataCentre = dataCentreOfBot(bot);
        if (authorization.dataCentre !== dataCentre) {
          migrateTo(dataCentre);
          if (!keep) return fail({ kind: 'unreachable' });
          await keep(connection.session);
        }
        return answer('signInBot', logIn(bot));
      },
      async getMe(): Promise<TelegramUser> {
        await call('getMe');
        return whoAsks();
      },
      async logOut(): Promise<void> {
        try {
          await call('logOut');
        } catch (error) {
          if (error instanceof TelegramFailure && error.details.kind === 'session_dead') return;
          throw error;
        }
        if (authorization.user !== null) loggedOut.push(authorization.user.id);
        authorization.user = null;
        authorization.death = 'revoked';
      },
      async destroy(): Promise<void> {
        if (destroyed) return;
        destroyed = true;
        authorization.live -= 1;
        live.delete(connection);
        listeners.delete(listener);
        tellNews();
        waits.end();
      },
    };
    live.add(connection);
    return connection;
  };

  return {
    gateway: {
      connect,
      async close() {
        opening.end();
        opening = new OpenWaits();
        await Promise.all([...live].map((connection) => connection.destroy()));
      },
    },
    sentCodes: (phone) => codes.filter((sent) => phone === undefined || sent.phone === phone.reveal()),
    calls: (operation) => callCounts.get(operation) ?? 0,
    liveConnections: () => live.size,
    authorizations: (userId) =>
      [...authorizations.values()].filter((one) => one.user?.id === userId && one.death === null).length,
    logOuts: () => loggedOut,
    fail(operation, fault, options = {}) {
      const { phone, movesTo, times = 1 } = options;
      const entry: Injected = { operation, fault, phone, movesTo, left: times };
      injected.add(entry);
      return () => void injected.delete(entry);
    },
    goDown: () => void (weather = 'down'),
    goSilent: () => void (weather = 'silent'),
    comeBack: () => void (weather = 'well'),
    loseAnswer: (operation, fault = { kind: 'unreachable' }) => void lostAnswers.set(operation, fault),
    acceptLoginToken(token, phone, { unheard = false } = {}) {
      const text = token.reveal().replace(/^tg:\/\/login\?token=/, '');
      const found = loginTokens.find((one) => one.token === text && clock.now() < one.expiresAt);
      const account = accountOfPhone(phone);
      if (!found || !account) throw new Error('no such QR code, or no account to scan it');
      found.acceptedBy = account;
      if (unheard) return;
      for (const { key, hear } of listeners) if (key() === found.authorization.key) hear();
    },
    untilListening: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (listening !== count) return;
          listeningChecks.delete(check);
          resolve();
        };
        listeningChecks.add(check);
        check();
      }),
    shakeConnections() {
      for (const { hear } of listeners) hear();
    },
    hold(operation) {
      let release: () => void = () => undefined;
      holds.set(operation, new Promise((resolve) => (release = resolve)));
      return () => {
        holds.delete(operation);
        release();
      };
    },
    expireCodes(phone) {
      for (const sent of codes) if (sent.phone === phone.reveal()) sent.expired = true;
    },
    renumber(userId, phone) {
      for (const one of authorizations.values()) if (one.user?.id === userId) one.user = { ...one.user, phone };
    },
    endSessions(reason, userId) {
      for (const one of authorizations.values()) {
        const userIds = [one.user?.id, one.awaited?.id];
        if (userId === undefined || userIds.some((id) => id === userId)) one.death = reason;
      }
    },
  };
}
