import { Api, TelegramClient } from 'telegram';
import { _handleUpdate } from 'telegram/client/updates.js';
import type { ProxyInterface } from 'telegram/network/connection/TCPMTProxy.js';
import { systemRandom } from '../../base/random.js';
import { TelegramFailure } from '../failure.js';
import type { LeanSession } from './lean-session.js';
import { MoveRequired } from './moves.js';
import { CheckedSender } from './mtproto/checked-sender.js';
import { UntrustedAnswer } from './mtproto/untrusted-answer.js';
import type { PlainProxy, WorkerSettings } from './protocol.js';
import { QuietLogger, type LogLine } from './quiet-logger.js';
import { createTransport, type Transport } from './transport.js';

// One key exchange in 256 fails in gramjs (it drops a leading zero of the key) and is tried again, so there must be
// several tries, close together; a migration to another data centre counts as a try of the request.
const connectionRetries = 4;
const retryDelayMs = 300;
const requestRetries = 3;

const notOpenedAgain = 'the connection broke and could not be opened again';

export interface ClientOptions {
  readonly settings: WorkerSettings;
  readonly session: LeanSession;
  readonly log: LogLine;
  /** The data centre does not know the auth key of the session (transport error -404). */
  readonly onKeyUnknown: () => void;
  /** A message failed a check of MTProto, and was discarded. */
  readonly onUntrusted: (answer: UntrustedAnswer) => void;
  /** The connection broke, and the client may open it again. */
  readonly onBroken: () => void;
  /** The connection broke, and the client will not open it again. */
  readonly onLost: (why: string) => void;
  /** Runs `work`, which may make an auth key with this data centre, when that has its turn. */
  readonly makeKey: <T>(dataCentreId: number, work: () => Promise<T>) => Promise<T>;
  /** Runs `work`, which is arithmetic that takes long, when it has its turn. */
  readonly compute: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A gramjs client that answers for its sockets, reports what gramjs would hide, and prints nothing. */
export class QuietClient extends TelegramClient {
  readonly #settings: WorkerSettings;
  readonly #transport: Transport;
  readonly #onLost: (why: string) => void;
  readonly #makeKey: ClientOptions['makeKey'];
  readonly #onUntrusted: ClientOptions['onUntrusted'];
  #untrusted: UntrustedAnswer | undefined;
  readonly #unrepeatable = new Set<unknown>();
  readonly compute: ClientOptions['compute'];

  constructor({
    settings,
    session,
    log,
    onKeyUnknown,
    onUntrusted,
    onBroken,
    onLost,
    makeKey,
    compute,
  }: ClientOptions) {
    const transport = createTransport({
      proxy: settings.proxy,
      dataCentres: settings.dataCentres,
      onKeyUnknown: () => {
        // While a key is being made there is none that could be unknown.
        if (session.hasKey()) onKeyUnknown();
      },
      onBroken: () => {
        this.#giveUpUnrepeatable();
        onBroken();
      },
      onNoUse: () => onLost(transport.trouble || notOpenedAgain),
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
      // With 0, gramjs would repeat at once what is to wait for no time at all.
      floodSleepThreshold: -1,
      securityChecks: true,
    });
    // With an MTProto proxy gramjs puts a connection class of its own in place of the one given.
    this._connection = transport.connection;
    this.#settings = settings;
    this.#transport = transport;
    this.#onLost = onLost;
    this.#makeKey = makeKey;
    this.compute = compute;
    this.#onUntrusted = onUntrusted;
    this.onError = async (error) => {
      if (!(error instanceof UntrustedAnswer)) return log('debug', `gramjs met an error: ${String(error)}`);
      this.#untrusted = error;
      log('warn', error.message);
    };
  }

  override async connect(): Promise<boolean> {
    await this._initSession();
    this._sender ??= this.#createSender();
    return super.connect();
  }

  /** Why the last key exchange failed, if an answer in it could not be trusted. */
  get untrusted(): UntrustedAnswer | undefined {
    return this.#untrusted;
  }

  /** The sender that connect() of gramjs would make, with the checks that gramjs leaves out. */
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
      onUntrusted: this.#onUntrusted,
    });
  }

  /** Says why no connection is to be had, as far as it is known; empty otherwise. */
  get trouble(): string {
    return this.#transport.trouble;
  }

  /** Runs when gramjs has given up opening a broken connection again, too; it would call getMe here. */
  override async _handleReconnect(): Promise<void> {
    if (this._sender?.isConnected() !== true) this.#onLost(notOpenedAgain);
  }

  /**
   * Like invoke, for what must not happen twice: where the connection breaks before the answer has come, the client is
   * lost, as gramjs would send the request again.
   */
  async invokeOnce<R extends Api.AnyRequest>(request: R): Promise<R['__response']> {
    this.#unrepeatable.add(request);
    try {
      return await this.invoke(request);
    } finally {
      this.#unrepeatable.delete(request);
    }
  }

  /** gramjs would send the request again at once, on a new key that is stored nowhere. */
  override async _switchDC(newDc: number): Promise<boolean> {
    throw new MoveRequired(newDc);
  }

  /** Moves the session to another data centre, where it gets a new key. */
  async moveTo(dataCentreId: number): Promise<void> {
    if (await this.#makeKey(dataCentreId, () => super._switchDC(dataCentreId))) return;
    const cause = new Error(`data centre ${dataCentreId}, to which Telegram moved the login, did not answer`);
    throw new TelegramFailure({ kind: 'unreachable' }, { cause });
  }

  /** gramjs takes the first address of a data centre, also one that serves files only. */
  override async getDC(dcId: number): Promise<{ id: number; ipAddress: string; port: number }> {
    const configured = this.#settings.dataCentres.find((dataCentre) => dataCentre.id === dcId);
    if (configured !== undefined) return { id: dcId, ipAddress: configured.ip, port: configured.port };
    if (this.#settings.dataCentres.length > 0) {
      const cause = new Error(`Telegram moved the login to data centre ${dcId}, which is not configured`);
      throw new TelegramFailure({ kind: 'unreachable' }, { cause });
    }
    const config = await this.invoke(new Api.help.GetConfig());
    const option = config.dcOptions.find(
      (one) => one.id === dcId && !one.cdn && !one.mediaOnly && !one.tcpoOnly && one.ipv6 !== true,
    );
    if (option === undefined) {
      const cause = new Error(`Telegram names no address of data centre ${dcId}`);
      throw new TelegramFailure({ kind: 'unreachable' }, { cause });
    }
    return { id: dcId, ipAddress: option.ipAddress, port: option.port };
  }

  /** Ends the client for good, and every socket with it, whatever gramjs is doing. */
  override async destroy(): Promise<void> {
    await this.#transport.close();
    await super.destroy();
  }

  #giveUpUnrepeatable(): void {
    const written = this._sender?._pendingState.values() ?? [];
    if (!written.some(({ request }: { readonly request: object }) => this.#unrepeatable.has(request))) return;
    this.#onLost('the connection broke before a request was answered that must not be repeated');
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
