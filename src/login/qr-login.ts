import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';
import { TelegramFailure } from '../telegram/failure.js';
import type { LoginTokenResult, SessionKeeper, TelegramConnection, TelegramSession } from '../telegram/gateway.js';
import type { AttemptLimit } from './attempt-limit.js';
import { LoginFailure } from './failure.js';
import { loginFaultOf } from './fault-of.js';
import type { Login, LoginLedger } from './login-ledger.js';
import { nextStep, type LoginName } from './login-name.js';
import type { LoginWalk } from './login-walk.js';
import { qrShown, sessionOf, survives, type LoginState, type QrState } from './machine.js';
import { createQrWatch, type WaitEnd } from './qr-watch.js';
import type { Answer, TelegramDesk } from './telegram-desk.js';

/** Logins by QR code (core.telegram.org/api/qr-login). */
export interface QrLogin {
  /**
   * Shows a QR code: a new one, or the next one of a login that shows one. Where that was scanned, the login goes on
   * instead. Whoever calls holds the owner's lock. Throws LoginFailure; the login is where it was then.
   */
  show(owner: Mxid, login: Login): Promise<void>;
  /** Waits until it may be worth calling show(), `until` (epoch ms) at the latest. Holds no lock. */
  wait(login: Login<QrState>, until: number, signal?: AbortSignal): Promise<WaitEnd>;
  /** Ends all waits with the login. */
  leave(id: string): void;
}

export interface QrLoginDeps {
  readonly desk: TelegramDesk;
  readonly ledger: LoginLedger;
  readonly walk: LoginWalk;
  readonly limit: AttemptLimit;
  /** How many QR codes are waited with at one time on a connection of their own. */
  readonly maxListening: number;
  readonly clock: Clock;
}

export function createQrLogin({ desk, ledger, walk, limit, maxListening, clock }: QrLoginDeps): QrLogin {
  const watch = createQrWatch({ maxListening, clock });
  /** Logins whose last token has come to us, so that nobody can be logged in without our knowing. */
  const known = new Set<string>();

  async function ask(owner: Mxid, login: Login): Promise<Answer<LoginTokenResult>> {
    const { id, state } = login;
    const session = sessionOf(state);
    const isKnown = known.delete(id) || session === undefined;
    return desk.ask({
      key: id,
      session,
      subject: `qr:${id}`,
      async call(connection) {
        if (session === undefined) limit.count(owner);
        const user = isKnown ? undefined : await findUser(connection);
        if (user) return { kind: 'authorized', user };
        const keepScanned = (scanned: Secret) => (moved: TelegramSession) => {
          const scannedState: QrState = { step: 'qr', session: moved, token: scanned, expiresAt: 0, scanned };
          return ledger.save(owner, { ...login, state: scannedState });
        };
        if (state.step === 'qr' && state.scanned) {
          const earlier = await redeem(connection, state.scanned, keepScanned(state.scanned));
          if (earlier) return earlier;
        }
        const result = await connection.exportLoginToken();
        if (result.kind !== 'accepted_elsewhere') return result;
        // With the token, somebody is logged in on the session at the other data centre: it must not get lost.
        const keep = keepScanned(result.token);
        await keep(connection.session);
        return connection.importLoginToken(result.token, keep);
      },
    });
  }

  async function show(owner: Mxid, login: Login): Promise<void> {
    const { id, state: before, name } = login;
    const answer = await ask(owner, login);
    if (!answer.ok) {
      if (survives(answer.fault) || before.step === 'qr_wanted') throw new LoginFailure(loginFaultOf(answer.fault));
      await desk.hangUp(id);
      const revoked = name && { ...name, complaint: 'login_revoked' as const };
      return show(owner, { ...login, state: { step: 'qr_wanted' }, name: revoked });
    }
    const { value: result, session } = answer;
    if (result.kind === 'accepted_elsewhere') throw new Error('a QR code was scanned and its token not imported');
    if (result.kind !== 'token') return void (await walk.admit(owner, login, session, result));
    known.add(id);
    const state = qrShown(session, result.token);
    const isSame = before.step === 'qr' && before.token.equals(state.token);
    await ledger.save(owner, { ...login, state, name: name && (isSame ? name : nameOf(name, before)) });
  }

  return {
    show,

    async wait({ id, state }, until, signal) {
      // Without the connection that has asked for the token, there is no news.
      if (!known.has(id)) return 'news';
      const listen = async (gone: AbortSignal) => {
        const { session } = state;
        await desk.ask({
          key: id,
          session,
          subject: `qr:${id}`,
          call: (connection) => connection.loginTokenNews(gone),
        });
      };
      return watch.wait(id, Math.min(until, state.expiresAt), listen, signal);
    },

    leave(id) {
      known.delete(id);
      watch.end(id);
    },
  };
}

/** A first QR code is shown for the reason why the login is back there; a later one for none. */
function nameOf(name: LoginName, { step }: LoginState): LoginName {
  if (step === 'qr') return nextStep(name);
  return nextStep(name, { complaint: name.complaint, answer: name.lastAnswer ?? undefined });
}

/** What a token of the past is good for; undefined where Telegram does not know it any more. */
async function redeem(
  connection: TelegramConnection,
  token: Secret,
  keep: SessionKeeper,
): Promise<LoginTokenResult | undefined> {
  try {
    return await connection.importLoginToken(token, keep);
  } catch (error) {
    if (error instanceof TelegramFailure && error.fact.kind === 'unknown_error') return undefined;
    throw error;
  }
}

/** Who is logged in on the connection, if anybody. */
async function findUser(connection: TelegramConnection) {
  try {
    return await connection.getMe();
  } catch (error) {
    if (error instanceof TelegramFailure && error.fact.kind === 'session_dead') return undefined;
    throw error;
  }
}
