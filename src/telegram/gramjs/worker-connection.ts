import type { Clock } from '../../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../../base/deadline.js';
import type { Logger } from '../../base/logger.js';
import { PhoneNumber } from '../../base/phone.js';
import { Secret } from '../../base/secret.js';
import { TelegramFailure } from '../failure.js';
import type { SessionKeeper, SignInResult, TelegramConnection, TelegramSession } from '../gateway.js';
import type { FoundUser, LoginCode, TelegramUser, TelegramUserId } from '../shapes.js';
import { createCallDeadlines } from './call-deadlines.js';
import { mostMoves, type Moved } from './moves.js';
import type { CallName, Calls, PlainFoundUser, PlainLoginCode, PlainSignInResult, PlainUser } from './protocol.js';
import { createTokenNews } from './token-news.js';
import { longestTurnWaitMs } from './turns.js';
import type { WorkerThread } from './worker-thread.js';

/** A connection in a worker that is not open yet. */
export interface WorkerConnection {
  /** Connects within the deadline. If that fails, destroys the connection. */
  open(session: TelegramSession | undefined): Promise<TelegramConnection>;
  destroy(): Promise<void>;
}

export interface WorkerConnectionDeps {
  readonly thread: WorkerThread;
  readonly connectionId: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectDeadlineMs: number;
  readonly callDeadlineMs: number;
  readonly onDestroyed: () => void;
}

/**
 * The time that a worker has to close a connection. A worker that is silent for twice as long
 * hangs.
 */
const destroyDeadlineMs = 5_000;

/**
 * Creates the side of a connection in the main thread: deadlines, secrets and failures. The worker
 * does the rest.
 */
export function createWorkerConnection({
  thread,
  connectionId,
  clock,
  logger,
  connectDeadlineMs,
  callDeadlineMs,
  onDestroyed,
}: WorkerConnectionDeps): WorkerConnection {
  let session = '';
  let destroying: Promise<void> | undefined;
  let endCalls: (failure: TelegramFailure) => void = () => undefined;
  const destroyed = new Promise<never>((_, reject) => (endCalls = reject));
  destroyed.catch(() => undefined);
  const deadlines = createCallDeadlines(clock, longestTurnWaitMs);
  const news = createTokenNews();
  const stopListening = thread.listen(connectionId, {
    onTurn: (waits) => deadlines.setWaiting(waits),
    onLoginToken: () => news.tell(),
  });

  async function call<N extends CallName>(
    name: N,
    args: Calls[N]['args'],
    deadlineMs = callDeadlineMs,
  ): Promise<Calls[N]['result']> {
    if (destroying !== undefined) throw unreachable(new Error('the connection is destroyed'));
    try {
      const answer = await deadlines.keep(deadlineMs, Promise.race([thread.call(connectionId, name, args), destroyed]));
      session = answer.session ?? session;
      if (answer.ok) return answer.result;
      throw answer.failure;
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      // No caller would receive a late answer, and gramjs may hang for ever: this connection is
      // unusable.
      destroyInBackground();
      throw unreachable(error);
    }
  }

  /**
   * Sends a request that may log the session in. After a move to another data centre, stores the
   * new session before sending it again.
   */
  async function callStored<R extends PlainSignInResult>(
    keep: SessionKeeper | undefined,
    request: () => Promise<R | Moved>,
  ): Promise<R> {
    for (let moves = 0; moves <= mostMoves; moves += 1) {
      const result = await request();
      if (!isMoved(result)) return result;
      if (keep === undefined) break;
      await keep(connection.session);
    }
    throw unreachable(new Error('Telegram moved the login to another data centre'));
  }

  function destroy(): Promise<void> {
    destroying ??= destroyOnce();
    return destroying;
  }

  async function destroyOnce(): Promise<void> {
    endCalls(unreachable(new Error('the connection was destroyed')));
    stopListening();
    news.tell();
    const heardBefore = thread.messagesHeard();
    try {
      await withDeadline(clock, destroyDeadlineMs, thread.call(connectionId, 'destroy', null));
    } catch (error) {
      logger.warn('telegram worker connection not closed', { error });
      // A busy worker keeps its other connections.
      if (error instanceof DeadlineExceeded && thread.messagesHeard() === heardBefore) await stopIfSilent();
    }
    onDestroyed();
  }

  async function stopIfSilent(): Promise<void> {
    try {
      await withDeadline(clock, destroyDeadlineMs, thread.call(connectionId, 'ping', null));
    } catch (error) {
      logger.error('telegram worker hangs', { error });
      await thread.stop();
    }
  }

  function destroyInBackground(): void {
    destroy().catch((error: unknown) => logger.error('telegram connection cleanup failed', { error }));
  }

  const connection: TelegramConnection = {
    get session() {
      return new Secret(session);
    },
    async sendCode(phone) {
      const sent = await call('sendCode', { phone: phone.reveal() });
      return readLoginCode(sent);
    },
    async resendCode(phone, phoneCodeHash) {
      const sent = await call('resendCode', { phone: phone.reveal(), phoneCodeHash: phoneCodeHash.reveal() });
      return sent && readLoginCode(sent);
    },
    async exportLoginToken() {
      news.forget();
      const result = await call('exportLoginToken', null);
      switch (result.kind) {
        case 'token':
          return {
            kind: 'token',
            token: { token: new Secret(result.token), expiresAt: clock.now() + result.lifeMs },
          };
        case 'accepted_elsewhere':
          return { kind: 'accepted_elsewhere', token: new Secret(result.token) };
        case 'authorized':
        case 'password_needed':
          return readSignInResult(result);
      }
    },
    async importLoginToken(token, keep) {
      const result = await callStored(keep, () => call('importLoginToken', { token: token.reveal() }));
      return readSignInResult(result);
    },
    async loginTokenNews(signal) {
      if (destroying === undefined) await news.wait(signal);
    },
    contacts: async () => (await call('contacts', null)).map(readUser),
    chats: () => call('chats', null),
    findByUsername: async (username) => readFound(await call('findByUsername', { username })),
    findByPhone: async (phone) => readFound(await call('findByPhone', { phone: phone.reveal() })),
    searchUsers: async (query) => (await call('searchUsers', { query })).map(readUser),
    async signIn(phone, phoneCodeHash, code, keep, delivery = 'app') {
      const args = { phone: phone.reveal(), phoneCodeHash: phoneCodeHash.reveal(), code: code.reveal(), delivery };
      const result = await callStored(keep, () => call('signIn', args));
      return readSignInResult(result);
    },
    checkPassword: async (password) => readUser(await call('checkPassword', { password: password.reveal() })),
    async signInBot(token, keep) {
      const { user } = await callStored(keep, () => call('signInBot', { token: token.reveal() }));
      return readUser(user);
    },
    getMe: async () => readUser(await call('getMe', null)),
    async logOut() {
      try {
        await call('logOut', null);
      } catch (error) {
        if (!(error instanceof TelegramFailure) || error.fact.kind !== 'session_dead') throw error;
      }
    },
    destroy,
  };

  return {
    async open(saved) {
      session = saved?.reveal() ?? '';
      try {
        await call('connect', { session: saved?.reveal() ?? null }, connectDeadlineMs);
        return connection;
      } catch (error) {
        destroyInBackground();
        throw error;
      }
    },
    destroy,
  };
}

function isMoved(result: PlainSignInResult | Moved): result is Moved {
  return result.kind === 'moved';
}

function unreachable(cause: Error): TelegramFailure {
  return new TelegramFailure({ kind: 'unreachable' }, { cause });
}

function readUser(user: PlainUser): TelegramUser {
  const phone = user.phone === null ? null : (PhoneNumber.parse(user.phone) ?? null);
  return { ...user, id: user.id as TelegramUserId, phone };
}

function readLoginCode(sent: PlainLoginCode): LoginCode {
  return { ...sent, phoneCodeHash: new Secret(sent.phoneCodeHash) };
}

function readSignInResult(result: PlainSignInResult): SignInResult {
  return result.kind === 'authorized' ? { kind: 'authorized', user: readUser(result.user) } : result;
}

function readFound(found: PlainFoundUser): FoundUser {
  return found.kind === 'user' ? { kind: 'user', user: readUser(found.user) } : found;
}
