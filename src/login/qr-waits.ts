import { sleep, type Clock } from '../base/clock.js';
import { KeyedLimit } from '../base/keyed-limit.js';
import type { Mxid } from '../base/mxid.js';
import { LoginFailure } from './failure.js';
import type { Login, LoginStore, PastLogin } from './login-store.js';
import type { QrState } from './machine.js';
import type { OwnerQueue } from './owner-queue.js';
import type { LoginProgress } from './processes.js';
import type { QrLogin } from './qr-login.js';
import type { WaitEnd } from './qr-watch.js';

/** The dependencies of createQrWaits. */
export interface QrWaitsDeps {
  readonly store: Pick<LoginStore, 'load'>;
  readonly qr: QrLogin;
  readonly queue: Pick<OwnerQueue, 'runExclusiveWithin'>;
  /** Throws LoginProcessFailure `login_unknown` if there is none. */
  readonly load: (owner: Mxid, id: string) => Promise<Login | PastLogin>;
  /** Returns the current step. */
  readonly shown: (owner: Mxid, id: string) => Promise<LoginProgress>;
  readonly clock: Clock;
}

/** The longest wait of one request: less than the usual 60 s timeout of reverse proxies. */
const maxWaitMs = 30_000;
/** How often a wait reads the login process while another daemon has its connection. */
const followEveryMs = 1_000;
/** The pause after Telegram was unreachable. */
const pauseMs = 2_000;
/** The maximum number of waits of one owner, and when to try again. A lost client still waits. */
const maxWaits = 16;
const fullRetryMs = 3_000;

/** Creates the waits of requests for a change of a QR login. */
export function createQrWaits({ store, qr, queue, load, shown, clock }: QrWaitsDeps) {
  const { runExclusiveWithin } = queue;
  const waits = new KeyedLimit(maxWaits);

  /**
   * Requests the next QR code or continues the login, if this step is still current. Returns false
   * if Telegram is unreachable.
   */
  async function renew(owner: Mxid, id: string, seen: number): Promise<boolean> {
    const login = await store.load(owner, id);
    if (!login || !('state' in login) || login.meta?.stepNumber !== seen || login.state.step !== 'qr') return true;
    try {
      await qr.show(owner, login);
      return true;
    } catch (error) {
      if (error instanceof LoginFailure && error.details.kind === 'telegram_unreachable') return false;
      throw error;
    }
  }

  async function untilChange(
    owner: Mxid,
    id: string,
    seen: number,
    signal: AbortSignal | undefined,
  ): Promise<LoginProgress> {
    const until = clock.now() + maxWaitMs;
    let hasMoved = false;
    for (;;) {
      const login = await load(owner, id);
      if (!isAtQr(login) || login.meta?.stepNumber !== seen || signal?.aborted) break;
      const { expiresAt } = login.state;
      // Another daemon has the connection. It stores what it learns.
      const follows: boolean = hasMoved && clock.now() < expiresAt;
      if (follows && clock.now() >= until) break;
      if (follows) await sleep(clock, Math.min(followEveryMs, until - clock.now(), expiresAt - clock.now()));
      const ending: WaitEnd = follows ? 'moved' : await qr.wait(login, until, signal);
      hasMoved = ending === 'moved';
      if (ending === 'given_up' || ending === 'moved') continue;
      const isOver = clock.now() >= expiresAt;
      if (ending === 'time' && !isOver) break;
      if (await runExclusiveWithin(owner, `renew ${id} ${seen}`, () => renew(owner, id, seen))) continue;
      if (clock.now() >= until) throw new LoginFailure({ kind: 'telegram_unreachable' });
      await sleep(clock, Math.min(pauseMs, until - clock.now()));
    }
    return runExclusiveWithin(owner, `show ${id}`, () => shown(owner, id));
  }

  return {
    /**
     * Resolves with the step after `seen`, or with the current one after 30 s or when `signal`
     * aborts. Rejects with LoginFailure `asked_too_often` if the owner has too many waits.
     */
    awaitChange(owner: Mxid, id: string, seen: number, signal: AbortSignal | undefined): Promise<LoginProgress> {
      const waiting = waits.tryRun(owner, () => untilChange(owner, id, seen, signal));
      return waiting ?? Promise.reject(new LoginFailure({ kind: 'asked_too_often', retryAfterMs: fullRetryMs }));
    },
  };
}

function isAtQr(login: Login | PastLogin): login is Login<QrState> {
  return 'state' in login && login.state.step === 'qr';
}
