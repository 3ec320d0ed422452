import type { tl } from '@mtcute/core';
import { systemClock } from '../../base/clock.js';
import { Ending } from '../../base/ending.js';
import { Secret } from '../../base/secret.js';
import { findDataCentre } from '../data-centres.js';
import { TelegramFailure, unreachable } from '../failure.js';
import { authKeyBytes, authKeyOf } from '../formats/auth-key.js';
import type { TelegramSession } from '../gateway.js';
import { UntrustedAnswer } from '../mtproto/untrusted-answer.js';
import type { DataCentre, PortableSession } from '../portable-session.js';
import type { Semaphore } from '../semaphore.js';
import { continueSession, writeStoredSession } from '../stored-session.js';
import { runInTurn, type Turns } from '../turns.js';
import { KeyConnection, type ConnectionSettings } from './key-connection.js';

export interface LiveSessionOptions {
  readonly settings: ConnectionSettings;
  /** Empty for Telegram's own network. */
  readonly dataCentres: readonly DataCentre[];
  /** The saved session; undefined for a new one. */
  readonly session: TelegramSession | undefined;
  readonly turns: Turns;
  /** Called when the current call begins and ends to wait for its turn. */
  readonly onTurn: (waits: boolean) => void;
  /**
   * Called when a QR code may have been scanned: Telegram reported it, or could have while the
   * connection was broken.
   */
  readonly onLoginToken: () => void;
  /** Called with the reason for which a connection has ended. */
  readonly onEnd: (reason: Error) => void;
}

/**
 * A session with at most one connection, which is replaced when it has ended between two calls. It
 * has no deadlines of its own; destroy() ends all calls.
 */
export class LiveSession {
  readonly #options: LiveSessionOptions;
  readonly #ending = new Ending<TelegramFailure>();
  #session: PortableSession | undefined;
  #connection: KeyConnection | undefined;
  /** The connection that was opened last, or is being opened. */
  #opening: KeyConnection | undefined;
  #receivesUpdates = false;

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.#session = options.session && continueSession(options.session);
  }

  /** The latest session. Empty before the first key is created. */
  get session(): TelegramSession {
    return this.#session === undefined ? new Secret('') : writeStoredSession(this.#session);
  }

  /** Connects. Throws `unreachable` or `session_dead` if that fails. */
  async open(): Promise<void> {
    const dataCentre = this.#startingPoint();
    if (this.#session !== undefined) this.#connection = await this.#connect(dataCentre, this.#session.authKey);
    else await this.#createSession(dataCentre);
  }

  /** Sends a request on the connection, and opens it again first if it has ended. */
  async invoke<T extends tl.RpcMethod>(request: T): Promise<tl.RpcCallReturn[T['_']]> {
    const connection = await this.#live();
    return this.#ending.race(connection.invoke(request));
  }

  /**
   * Like invoke, for requests that may be sent twice. If the connection breaks before the answer,
   * sends the request again on a new connection, once.
   */
  async query<T extends tl.RpcMethod>(request: T): Promise<tl.RpcCallReturn[T['_']]> {
    const connection = await this.#live();
    try {
      return await this.#ending.race(connection.invoke(request));
    } catch (error) {
      if (!connection.isBroken) throw error;
      return this.invoke(request);
    }
  }

  /** Lets Telegram send updates on this session, and on its later connections. */
  receiveUpdates(): void {
    this.#receivesUpdates = true;
    this.#connection?.receiveUpdates();
  }

  /** Runs `work`, which computes for long, in its turn. */
  compute<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(this.#options.turns.arithmetic, async () => {
      // Yields to the event loop between two computations, so that answers are read in time.
      await new Promise((resolve) => setImmediate(resolve));
      return work();
    });
  }

  /** Moves the session to another data centre, which creates a new key. */
  async moveTo(dataCentreId: number): Promise<void> {
    const fetchOptions = async () => (await this.invoke({ _: 'help.getConfig' })).dcOptions;
    const dataCentre = await findDataCentre(dataCentreId, this.#options.dataCentres, fetchOptions);
    const before = this.#connection;
    await this.#createSession(dataCentre);
    await before?.destroy();
  }

  async destroy(): Promise<void> {
    this.#ending.end(unreachable('the connection was destroyed'));
    await Promise.all([this.#connection?.destroy(), this.#opening?.destroy()]);
  }

  async #live(): Promise<KeyConnection> {
    if (this.#ending.error !== undefined) throw this.#ending.error;
    const ended = this.#connection?.ended;
    if (ended instanceof TelegramFailure && ended.details.kind === 'session_dead') throw ended;
    if (ended !== undefined) await this.#connection?.destroy();
    if (this.#connection === undefined || ended !== undefined) await this.open();
    if (this.#connection === undefined) throw unreachable('the connection was not opened');
    return this.#connection;
  }

  async #createSession(dataCentre: DataCentre): Promise<void> {
    const connection = await this.#inTurn(this.#options.turns.keysOf(dataCentre.id), () => this.#exchange(dataCentre));
    const { id: dcId, ip: address, port } = dataCentre;
    this.#session = { dcId, address, port, authKey: authKeyOf(connection.authKey) };
    this.#connection = connection;
  }

  /** A key exchange may fail by chance, and then creates no key. */
  async #exchange(dataCentre: DataCentre): Promise<KeyConnection> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#connect(dataCentre, undefined);
      } catch (error) {
        if (!(error instanceof UntrustedAnswer) || attempt === maxExchanges) throw error;
      }
    }
  }

  /** Tries again if the network or the proxy accepts no connection, as gramjs does. */
  async #connect(dataCentre: DataCentre, authKey: Secret | undefined): Promise<KeyConnection> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = this.#createConnection(dataCentre, authKey);
      this.#opening = connection;
      try {
        await this.#ending.race(connection.open());
        return connection;
      } catch (error) {
        await connection.destroy();
        if (connection.wasOpened || this.#ending.error !== undefined || attempt === maxConnects) throw error;
      }
      await this.#ending.race(sleep(retryAfterMs));
    }
  }

  #createConnection(dataCentre: DataCentre, authKey: Secret | undefined): KeyConnection {
    const connection = new KeyConnection({
      settings: this.#options.settings,
      dataCentre,
      authKey: authKey && authKeyBytes(authKey),
      onLoginToken: this.#options.onLoginToken,
      onEnd: (reason) => {
        this.#options.onEnd(reason);
        this.#options.onLoginToken();
      },
    });
    if (this.#receivesUpdates) connection.receiveUpdates();
    return connection;
  }

  #inTurn<T>(semaphore: Semaphore, work: () => Promise<T>): Promise<T> {
    return runInTurn(semaphore, { ending: this.#ending, onTurn: this.#options.onTurn }, work);
  }

  #startingPoint(): DataCentre {
    const { dataCentres } = this.#options;
    if (this.#session === undefined) return dataCentres[0] ?? firstDataCentre;
    const { dcId, address, port } = this.#session;
    const configured = dataCentres.find(({ id }) => id === dcId);
    if (configured !== undefined) return configured;
    if (dataCentres.length === 0) return { id: dcId, ip: address, port };
    throw unreachable(`data centre ${dcId} of the session is not configured`);
  }
}

const maxExchanges = 4;
const maxConnects = 4;
const retryAfterMs = 300;

const sleep = (ms: number) => new Promise<void>((resolve) => void systemClock.after(ms, resolve));

/** gramjs begins new sessions there, too. */
const firstDataCentre: DataCentre = { id: 4, ip: '149.154.167.91', port: 443 };
