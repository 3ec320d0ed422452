import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';
import { TelegramFailure } from '../telegram/failure.js';
import type { LoginTokenResult, TelegramConnection, TelegramSession } from '../telegram/gateway.js';
import { failureOf, toLoginFailureDetails } from './failure.js';
import type { Login, LoginStore } from './login-store.js';
import { advance, type ProcessMeta } from './process-meta.js';
import { complaintIn } from './processes.js';
import type { DecisionRunner } from './run-decision.js';
import { qrShown, sessionOf, survives, type LoginState, type QrState } from './machine.js';
import { createQrWatch, type ListenEnd, type WaitEnd } from './qr-watch.js';
import type { Answer, TelegramCalls } from './telegram-calls.js';

/** Logins by QR code (core.telegram.org/api/qr-login). */
export interface QrLogin {
  /**
   * Shows a new QR code, or the next one. If the code was scanned, continues the login instead. The
   * caller must hold the owner's lock. Throws LoginFailure, which does not change the login
   * process.
   */
  show(owner: Mxid, login: Login): Promise<void>;
  /** Waits until show() may have news, at the latest until `until` (epoch ms). Holds no lock. */
  wait(login: Login<QrState>, until: number, signal?: AbortSignal): Promise<WaitEnd>;
  /** Ends all waits for the login process. */
  leave(id: string): void;
}

export interface QrLoginDeps {
  readonly calls: TelegramCalls;
  readonly store: LoginStore;
  readonly runner: DecisionRunner;
  /** The maximum number of QR codes that have a connection of their own. */
  readonly maxListening: number;
  readonly clock: Clock;
}

export function createQrLogin({ calls, store, runner, maxListening, clock }: QrLoginDeps): QrLogin {
  const watch = createQrWatch({ maxListening, clock });
  /**
   * The connection that requested the last token of each login process. On another one a login may
   * have completed unnoticed.
   */
  const known = new Map<string, TelegramConnection>();

  async function ask(owner: Mxid, login: Login): Promise<Answer<LoginTokenResult>> {
    const { id, state } = login;
    const session = sessionOf(state);
    const last = known.get(id);
    let used: TelegramConnection | undefined;
    known.delete(id);
    const answer = await calls.ask({
      key: id,
      session,
      method: 'login_token',
      subject: id,
      countedFor: session === undefined ? owner : undefined,
      async call(connection): Promise<LoginTokenResult> {
        used = connection;
        const isKnown = last === connection || session === undefined;
        const user = isKnown ? undefined : await findUser(connection);
        if (user) return { kind: 'authorized', user };
        const scanned = state.step === 'qr' ? state.scanned : null;
        const earlier = scanned && (await unlessOver(redeem(owner, login, connection, scanned)));
        if (earlier) return earlier;
        // A token that expired between scan and import is replaced by another one.
        return (await unlessOver(takeToken(owner, login, connection))) ?? takeToken(owner, login, connection);
      },
    });
    if (used && answer.ok && answer.value.kind === 'token') known.set(id, used);
    return answer;
  }

  /** Requests a token. If it was accepted at another data centre, imports it there. */
  async function takeToken(owner: Mxid, login: Login, connection: TelegramConnection): Promise<LoginTokenResult> {
    const result = await connection.exportLoginToken();
    if (result.kind !== 'accepted_elsewhere') return result;
    // With the token, the session at the other data centre becomes authorized: it must not get
    // lost.
    await keepScanned(owner, login, result.token)(connection.session);
    return redeem(owner, login, connection, result.token);
  }

  function redeem(owner: Mxid, login: Login, connection: TelegramConnection, scanned: Secret) {
    return connection.importLoginToken(scanned, keepScanned(owner, login, scanned));
  }

  function keepScanned(owner: Mxid, login: Login, scanned: Secret) {
    return (session: TelegramSession) => {
      const state: QrState = { step: 'qr', session, token: scanned, expiresAt: 0, scanned };
      return store.save(owner, { ...login, state });
    };
  }

  async function show(owner: Mxid, login: Login): Promise<void> {
    const { id, state: before, meta } = login;
    const answer = await ask(owner, login);
    if (!answer.ok) {
      if (survives(answer.failure) || before.step === 'qr_wanted') throw failureOf(answer.failure);
      await calls.close(id);
      const complaint = complaintIn(toLoginFailureDetails(answer.failure));
      return show(owner, { ...login, state: { step: 'qr_wanted' }, meta: meta && { ...meta, complaint } });
    }
    const { value: result, session } = answer;
    if (result.kind === 'accepted_elsewhere') throw new Error('scanned QR code whose token was not imported');
    if (result.kind !== 'token') return void (await runner.admit(owner, login, session, result));
    const state = qrShown(session, result.token);
    const isSame = before.step === 'qr' && before.token.equals(state.token);
    await store.save(owner, { ...login, state, meta: meta && (isSame ? meta : metaOf(meta, before)) });
  }

  return {
    show,

    async wait({ id, state }, until, signal) {
      // Updates arrive only on the connection that requested the token.
      if (!known.has(id)) return 'news';
      const listen = async (gone: AbortSignal): Promise<ListenEnd> => {
        const { session } = state;
        const answer = await calls.ask({
          key: id,
          session,
          method: 'login_token',
          subject: id,
          async call(connection, requested): Promise<ListenEnd> {
            if (known.get(id) !== connection) return 'news';
            await connection.loginTokenNews(AbortSignal.any([gone, requested]));
            return requested.aborted ? 'moved' : 'news';
          },
        });
        if (!answer.ok || answer.value === 'news') return 'news';
        known.delete(id);
        return 'moved';
      };
      return watch.wait(id, Math.min(until, state.expiresAt), listen, signal);
    },

    leave(id) {
      known.delete(id);
      watch.end(id);
    },
  };
}

/** The first QR code shows the complaint that led back to this step; later ones show none. */
function metaOf(meta: ProcessMeta, { step }: LoginState): ProcessMeta {
  if (step === 'qr') return advance(meta);
  return advance(meta, { complaint: meta.complaint, answer: meta.lastAnswer ?? undefined });
}

/** Returns the result of a token; undefined if Telegram no longer accepts it. */
async function unlessOver(outcome: Promise<LoginTokenResult>): Promise<LoginTokenResult | undefined> {
  try {
    return await outcome;
  } catch (error) {
    if (error instanceof TelegramFailure && error.details.kind === 'login_token_invalid') return undefined;
    throw error;
  }
}

/** Returns the user logged in on the connection, if any. */
async function findUser(connection: TelegramConnection) {
  try {
    return await connection.getMe();
  } catch (error) {
    if (error instanceof TelegramFailure && error.details.kind === 'session_dead') return undefined;
    throw error;
  }
}
