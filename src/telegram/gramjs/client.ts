import { Api, TelegramClient, helpers } from 'telegram';
import { _handleUpdate } from 'telegram/client/updates.js';
import type { ProxyInterface } from 'telegram/network/connection/TCPMTProxy.js';
import { systemClock } from '../../base/clock.js';
import { systemRandom } from '../../base/random.js';
import { repeat } from '../../base/repeat.js';
import { openSharedDeadline } from '../../base/shared-deadline.js';
import { findDataCentre } from '../data-centres.js';
import { unreachable } from '../failure.js';
import type { LeanSession } from './lean-session.js';
import { MoveRequired } from '../moves.js';
import { CheckedSender } from './checked-sender.js';
import type { SaltCache } from '../salt-cache.js';
import { UntrustedAnswer } from '../mtproto/untrusted-answer.js';
import type { PlainProxy } from '../gateway-options.js';
import type { WorkerSettings } from './worker-settings.js';
import { toRpcError } from './rpc-failure.js';
import { QuietLogger, type LogLine } from './quiet-logger.js';
import { createTransport, type Transport } from './transport.js';

// A TCP connection that cannot be opened is retried soon, within the deadline of the connect. A
// move to another data centre counts as an attempt of the request.
const connectionRetries = 4;
const retryDelayMs = 300;
const requestRetries = 3;

const notOpenedAgain = 'the connection broke and could not be opened again';

export interface ClientOptions {
  readonly settings: WorkerSettings;
  readonly session: LeanSession;
  readonly salts: SaltCache;
  readonly log: LogLine;
  /**
   * Called when the data centre does not have the auth key of the session (transport error -404).
   */
  readonly onKeyUnknown: () => void;
  /** Called when a message failed a check of MTProto and was discarded. */
  readonly onUntrusted: (answer: UntrustedAnswer) => void;
  /** Called when the connection broke and the client may open it again. */
  readonly onBroken: () => void;
  /** Called when the connection broke and the client will not open it again. */
  readonly onLost: (why: string) => void;
  /** Runs `work`, which may create an auth key with this data centre, in its turn. */
  readonly makeKey: <T>(dataCentreId: number, work: () => Promise<T>) => Promise<T>;
  /** Runs `work`, which computes for long, in its turn. */
  readonly compute: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * A gramjs client that closes its own sockets, reports the errors that gramjs hides, and prints
 * nothing.
 */
export class QuietClient extends TelegramClient {
  readonly #settings: WorkerSettings;
  readonly #salts: SaltCache;
  readonly #transport: Transport;
  readonly #onLost: (why: string) => void;
  readonly #makeKey: ClientOptions['makeKey'];
  readonly #onUntrusted: ClientOptions['onUntrusted'];
  #untrusted: UntrustedAnswer | undefined;
  readonly #unrepeatable = new Set<unknown>();
  readonly compute: ClientOptions['compute'];
  #stopPings: () => Promise<void> = () => Promise.resolve();

  constructor({
    settings,
    session,
    salts,
    log,
    onKeyUnknown,
    onUntrusted,
    onBroken,
    onLost,
    makeKey,
    compute,
  }: ClientOptions) {
    const { guard } = settings;
    const transport = createTransport({
      deadline: guard === null ? undefined : openSharedDeadline(guard.deadline),
      proxy: settings.proxy,
      dataCentres: settings.dataCentres,
      onKeyUnknown: () => {
        // During a key exchange the data centre cannot have the key yet.
        if (session.hasKey()) onKeyUnknown();
      },
      onBroken: () => {
        this.#giveUpUnrepeatable();
        onBroken();
      },
      onNoUse: () => onLost(transport.problem || notOpenedAgain),
    });
    const proxy = proxyOf(settings.proxy);
    super(session, settings.apiId, settings.apiHash, {
      ...settings.deviceInfo,
      ...(proxy === undefined ? {} : { proxy }),
      connection: transport.connection,
      networkSocket: transport.socket,
      baseLogger: new QuietLogger(log),
      connectionRetries,
      retryDelay: retryDelayMs,
      requestRetries,
      // With 0, gramjs would at once repeat a request whose wait is 0 s.
      floodSleepThreshold: -1,
      securityChecks: true,
    });
    // With an MTProto proxy, gramjs replaces the given connection class by its own.
    this._connection = transport.connection;
    this.#settings = settings;
    this.#salts = salts;
    this.#transport = transport;
    this.#onLost = onLost;
    this.#makeKey = makeKey;
    this.compute = compute;
    this.#onUntrusted = onUntrusted;
    this.onError = async (error) => {
      if (!(error instanceof UntrustedAnswer)) return log('debug', `gramjs error: ${String(error)}`);
      this.#untrusted = error;
      log('warn', error.message);
    };
  }

  override async connect(): Promise<boolean> {
    await this._initSession();
    this._sender ??= this.#createSender();
    const isConnected = await super.connect();
    if (isConnected) this.#keepAlive();
    return isConnected;
  }

  /** Telegram closes the connection if this process stands still. */
  #keepAlive(): void {
    const { guard } = this.#settings;
    if (guard === null) return;
    const ping = async () => {
      const pingId = helpers.readBigIntFromBuffer(systemRandom.bytes(8), true, true);
      // The sender replaces the delay.
      await this._sender?.send(new Api.PingDelayDisconnect({ pingId, disconnectDelay: 0 }));
    };
    this.#stopPings = repeat(systemClock, guard.disconnectAfterMs / 2, ping, () => undefined);
  }

  /** The reason why the last key exchange failed, if an answer in it could not be trusted. */
  get untrusted(): UntrustedAnswer | undefined {
    return this.#untrusted;
  }

  /**
   * Creates the sender that connect() of gramjs would create, with the checks that gramjs omits.
   */
  #createSender(): CheckedSender {
    return new CheckedSender({
      authKey: this.session.getAuthKey(),
      options: {
        connectTimeout: null,
        securityChecks: true,
        logger: this._log,
        dcId: this.session.dcId,
        retries: this._connectionRetries,
        delay: this._retryDelay,
        autoReconnect: this._autoReconnect,
        authKeyCallback: this._authKeyCallback.bind(this),
        updateCallback: (client: TelegramClient, update: Api.TypeUpdate | number) => _handleUpdate(client, update),
        isMainSender: true,
        client: this,
        autoReconnectCallback: this._handleReconnect.bind(this),
        _exportedSenderPromises: this._exportedSenderPromises,
        reconnectRetries: this._reconnectRetries,
      },
      random: systemRandom,
      salts: this.#salts,
      onUntrusted: (answer) => {
        this.#onUntrusted(answer);
        void this.#transport.close();
      },
      disconnectAfterMs: this.#settings.guard?.disconnectAfterMs,
    });
  }

  /** The known reason why there is no connection, or empty. */
  get trouble(): string {
    return this.#transport.problem;
  }

  /**
   * gramjs also calls this after it failed to open a broken connection again. Its own version would
   * call getMe.
   */
  override async _handleReconnect(): Promise<void> {
    if (this._sender?.isConnected() !== true) this.#onLost(notOpenedAgain);
  }

  override async invoke<R extends Api.AnyRequest>(request: R, dcId?: number): Promise<R['__response']> {
    try {
      return await super.invoke(request, dcId);
    } catch (error) {
      throw toRpcError(error, request.className);
    }
  }

  /**
   * Like invoke, for requests that must not be sent twice. If the connection breaks before the
   * answer, the client is lost, because gramjs would send the request again.
   */
  async invokeOnce<R extends Api.AnyRequest>(request: R): Promise<R['__response']> {
    this.#unrepeatable.add(request);
    try {
      return await this.invoke(request);
    } finally {
      this.#unrepeatable.delete(request);
    }
  }

  /** gramjs would at once send the request again on a new key, which is stored nowhere. */
  override async _switchDC(newDc: number): Promise<boolean> {
    throw new MoveRequired(newDc);
  }

  /** Moves the session to another data centre, which creates a new key. */
  async moveTo(dataCentreId: number): Promise<void> {
    if (await this.#makeKey(dataCentreId, () => super._switchDC(dataCentreId))) return;
    throw unreachable(`data centre ${dataCentreId}, to which Telegram moved the login, did not answer`);
  }

  /** gramjs takes the first address of a data centre, even if it only serves files. */
  override async getDC(dcId: number): Promise<{ id: number; ipAddress: string; port: number }> {
    const fetchOptions = async () => (await this.invoke(new Api.help.GetConfig())).dcOptions;
    const { ip, port } = await findDataCentre(dcId, this.#settings.dataCentres, fetchOptions);
    return { id: dcId, ipAddress: ip, port };
  }

  /**
   * Ends the client for good. Resolves when each socket is closed and none can be opened, whatever
   * gramjs is doing.
   */
  override async destroy(): Promise<void> {
    void this.#stopPings();
    await this.#transport.close();
    super.destroy().catch((error: unknown) => this._log.debug(`gramjs not ended: ${String(error)}`));
  }

  #giveUpUnrepeatable(): void {
    const written = this._sender?._pendingState.values() ?? [];
    if (!written.some(({ request }: { readonly request: object }) => this.#unrepeatable.has(request))) return;
    this.#onLost('the connection broke before the answer to a request that must not be repeated');
    void this.#transport.close();
  }
}

function proxyOf(proxy: PlainProxy | null): ProxyInterface | undefined {
  if (proxy === null) return undefined;
  const { address: ip, port } = proxy;
  if (proxy.type === 'mtproxy') return { ip, port, secret: proxy.secret, MTProxy: true };
  const { username, password } = proxy;
  return {
    ip,
    port,
    socksType: 5,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
