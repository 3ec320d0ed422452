import type { Clock } from '../base/clock.js';
import type { CallEngine } from './engine-calls.js';
import { TelegramFailure, unreachable } from './failure.js';
import type { SessionKeeper, SignInResult, TelegramConnection, TelegramSession } from './gateway.js';
import { maxMoves, type Moved } from './moves.js';
import type { TokenNews } from './token-news.js';

/** What an engine implements of a connection. */
export interface EngineConnectionDeps {
  readonly clock: Clock;
  /** Makes a call within its deadline. Throws TelegramFailure. */
  readonly call: CallEngine;
  /** Returns the current session. */
  readonly session: () => TelegramSession;
  readonly news: TokenNews;
  readonly destroy: () => Promise<void>;
}

/** Creates the connection that the port describes from the calls of an engine. */
export function createEngineConnection({
  clock,
  call,
  session,
  news,
  destroy,
}: EngineConnectionDeps): TelegramConnection {
  /**
   * Sends a request that may log the session in. After a move to another data centre, stores the
   * new session before sending it again.
   */
  async function callStored<R extends SignInResult>(
    keep: SessionKeeper | undefined,
    request: () => Promise<R | Moved>,
  ): Promise<R> {
    for (let moves = 0; moves <= maxMoves; moves += 1) {
      const result = await request();
      if (!isMoved(result)) return result;
      if (keep === undefined) break;
      await keep(session());
    }
    throw unreachable('Telegram moved the login to another data centre');
  }

  return {
    get session() {
      return session();
    },
    sendCode: (phone) => call('sendCode', phone),
    resendCode: (phone, phoneCodeHash) => call('resendCode', phone, phoneCodeHash),
    async exportLoginToken() {
      news.reset();
      const result = await call('exportLoginToken');
      if (result.kind !== 'token') return result;
      return { kind: 'token', token: { token: result.token, expiresAt: clock.now() + result.lifeMs } };
    },
    importLoginToken: (token, keep) => callStored(keep, () => call('importLoginToken', token)),
    loginTokenNews: (signal) => news.wait(signal),
    contacts: () => call('contacts'),
    chats: () => call('chats'),
    findByUsername: (username) => call('findByUsername', username),
    findByPhone: (phone) => call('findByPhone', phone),
    searchUsers: (query) => call('searchUsers', query),
    signIn: (phone, phoneCodeHash, code, keep, delivery = 'app') =>
      callStored(keep, () => call('signIn', phone, phoneCodeHash, code, delivery)),
    checkPassword: (password) => call('checkPassword', password),
    signInBot: async (token, keep) => (await callStored(keep, () => call('signInBot', token))).user,
    getMe: () => call('getMe'),
    async logOut() {
      try {
        await call('logOut');
      } catch (error) {
        if (!(error instanceof TelegramFailure) || error.details.kind !== 'session_dead') throw error;
      }
    },
    destroy,
  };
}

function isMoved(result: SignInResult | Moved): result is Moved {
  return result.kind === 'moved';
}
