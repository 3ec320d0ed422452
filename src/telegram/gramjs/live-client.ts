import { Ending } from '../../base/ending.js';
import { TelegramFailure, unreachable } from '../failure.js';
import { QuietClient } from './client.js';
import type { TelegramSession } from '../gateway.js';
import { continueSession, writeStoredSession } from '../stored-session.js';
import { LeanSession } from './lean-session.js';
import type { SaltCache } from '../salt-cache.js';
import type { WorkerSettings } from './worker-settings.js';
import type { LogLine } from './quiet-logger.js';
import { runInTurn, type Turns } from '../turns.js';
import type { Semaphore } from '../semaphore.js';

export interface LiveClientOptions {
  readonly settings: WorkerSettings;
  /** The saved session; null for a new one. */
  readonly session: TelegramSession | null;
  readonly turns: Turns;
  readonly salts: SaltCache;
  readonly log: LogLine;
  /** Called when the current call begins and ends to wait for its turn. */
  readonly onTurn: (waits: boolean) => void;
  /**
   * Called when a QR code may have been scanned: Telegram reported it, or could have while the
   * connection was broken.
   */
  readonly onLoginToken: () => void;
}

/**
 * A connection in the worker: a gramjs client on one session. The client is replaced if its network
 * was lost between calls. It has no deadlines of its own; destroy() ends all calls.
 */
export class LiveClient {
  readonly #settings: WorkerSettings;
  readonly #turns: Turns;
  readonly #salts: SaltCache;
  readonly #log: LogLine;
  readonly #onTurn: (waits: boolean) => void;
  readonly #onLoginToken: () => void;
  #saved: TelegramSession | null;
  #session: LeanSession | undefined;
  #client: QuietClient | undefined;
  #ending = new Ending<TelegramFailure>();
  #destroyed = false;

  constructor({ settings, session, turns, salts, log, onTurn, onLoginToken }: LiveClientOptions) {
    this.#settings = settings;
    this.#saved = session;
    this.#turns = turns;
    this.#salts = salts;
    this.#log = log;
    this.#onTurn = onTurn;
    this.#onLoginToken = onLoginToken;
  }

  /** The latest session with a key; null before the first key is created. */
  get session(): TelegramSession | null {
    // While the session moves to another data centre, it has no key for a moment.
    const current = this.#session?.read();
    if (current !== undefined) this.#saved = writeStoredSession(current);
    return this.#saved;
  }

  /**
   * Connects. Throws `unreachable` if gramjs cannot, and `session_dead` if the saved session cannot
   * be read, because no data centre accepts it.
   */
  async open(): Promise<void> {
    if (this.#destroyed) throw unreachable('the connection was destroyed');
    const session = new LeanSession(
      this.#saved === null ? undefined : continueSession(this.#saved),
      this.#onLoginToken,
    );
    this.#chooseDataCentre(session);
    const ending = new Ending<TelegramFailure>();
    this.#ending = ending;
    const client = new QuietClient({
      settings: this.#settings,
      session,
      salts: this.#salts,
      log: this.#log,
      onKeyUnknown: () => ending.end(new TelegramFailure({ kind: 'session_dead', reason: 'auth_key_forgotten' })),
      onUntrusted: (answer) => {
        this.#log('warn', answer.message);
        ending.end(unreachable(answer));
      },
      onBroken: () => {
        if (!this.#destroyed) this.#onLoginToken();
      },
      onLost: (why) => {
        this.#log('debug', 'connection abandoned');
        ending.end(unreachable(why));
      },
      makeKey: (dataCentreId, work) => this.#inTurn(this.#turns.keysOf(dataCentreId), ending, work),
      compute: (work) =>
        this.#inTurn(this.#turns.arithmetic, ending, async () => {
          // Yields to the event loop between two computations, so that answers are read in time.
          await new Promise((resolve) => setImmediate(resolve));
          return work();
        }),
    });
    this.#client = client;
    try {
      const connect = () => ending.race(client.connect());
      const connected = session.hasKey() ? connect() : this.#inTurn(this.#turns.keysOf(session.dcId), ending, connect);
      if (!(await connected)) throw client.untrusted ?? unreachable(client.trouble || 'no data centre answered');
      this.#session = session;
    } catch (error) {
      ending.end(unreachable('the connection could not be opened'));
      await client.destroy();
      throw error;
    }
  }

  /** Runs `work` on the client. Ends the client if the session is dead or the network is lost. */
  async run<T>(work: (client: QuietClient) => Promise<T>): Promise<T> {
    if (this.#ending.error?.details.kind === 'unreachable' && !this.#destroyed) {
      await this.#client?.destroy();
      await this.open();
    }
    if (this.#ending.error !== undefined) throw this.#ending.error;
    if (this.#client === undefined) throw unreachable('the connection was never opened');
    return this.#ending.race(work(this.#client));
  }

  async destroy(): Promise<void> {
    this.#destroyed = true;
    this.#ending.end(unreachable('the connection was destroyed'));
    await this.#client?.destroy();
  }

  async #inTurn<T>(semaphore: Semaphore, ending: Ending<TelegramFailure>, work: () => Promise<T>): Promise<T> {
    const onTurn = (waits: boolean) => {
      this.#onTurn(waits);
      if (waits) this.#log('debug', 'call queued');
    };
    return runInTurn(semaphore, { ending, onTurn }, work);
  }

  #chooseDataCentre(session: LeanSession): void {
    const [first] = this.#settings.dataCentres;
    if (first === undefined) return;
    if (this.#saved === null) return session.setDC(first.id, first.ip, first.port);
    if (this.#settings.dataCentres.some(({ id }) => id === session.dcId)) return;
    throw unreachable(`data centre ${session.dcId} of the session is not configured`);
  }
}
