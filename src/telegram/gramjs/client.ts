import { Api, TelegramClient } from 'telegram';
import type { ProxyInterface } from 'telegram/network/connection/TCPMTProxy.js';
import type { LeanSession } from './lean-session.js';
import type { PlainProxy, WorkerSettings } from './protocol.js';
import { QuietLogger, type LogLine } from './quiet-logger.js';
import { createTransport, type Transport } from './transport.js';

// One key exchange in 256 fails in gramjs (it drops a leading zero of the key) and is tried again, so there must be
// several tries, close together; a migration to another data centre counts as a try of the request.
const connectionRetries = 4;
const retryDelayMs = 300;
const requestRetries = 3;

export interface ClientOptions {
  readonly settings: WorkerSettings;
  readonly session: LeanSession;
  readonly log: LogLine;
  /** The data centre does not know the auth key of the session (transport error -404). */
  readonly onKeyUnknown: () => void;
  /** The connection broke and could not be opened again: gramjs will not try any more. */
  readonly onLost: () => void;
}

/** A gramjs client that answers for its sockets, reports what gramjs would hide, and prints nothing. */
export class QuietClient extends TelegramClient {
  readonly #settings: WorkerSettings;
  readonly #transport: Transport;
  readonly #onLost: () => void;

  constructor({ settings, session, log, onKeyUnknown, onLost }: ClientOptions) {
    const transport = createTransport({
      proxy: settings.proxy,
      dataCentres: settings.dataCentres,
      onKeyUnknown: () => {
        // While a key is being made there is none that could be unknown.
        if (session.hasKey()) onKeyUnknown();
      },
      onNoUse: onLost,
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
      floodSleepThreshold: 0,
      securityChecks: true,
    });
    // With an MTProto proxy gramjs puts a connection class of its own in place of the one given.
    this._connection = transport.connection;
    this.#settings = settings;
    this.#transport = transport;
    this.#onLost = onLost;
    this.onError = async (error) => log('debug', `gramjs met an error: ${String(error)}`);
  }

  /** Runs when gramjs has given up opening a broken connection again, too; it would call getMe here. */
  override async _handleReconnect(): Promise<void> {
    if (this._sender?.isConnected() !== true) this.#onLost();
  }

  /** gramjs takes the first address of a data centre, also one that serves files only. */
  override async getDC(dcId: number): Promise<{ id: number; ipAddress: string; port: number }> {
    const configured = this.#settings.dataCentres.find((dataCentre) => dataCentre.id === dcId);
    if (configured !== undefined) return { id: dcId, ipAddress: configured.ip, port: configured.port };
    const config = await this.invoke(new Api.help.GetConfig());
    const option = config.dcOptions.find(
      (one) => one.id === dcId && !one.cdn && !one.mediaOnly && !one.tcpoOnly && one.ipv6 !== true,
    );
    if (option === undefined) throw new Error(`Telegram names no address of data centre ${dcId}`);
    return { id: dcId, ipAddress: option.ipAddress, port: option.port };
  }

  /** Ends the client for good, and every socket with it, whatever gramjs is doing. */
  override async destroy(): Promise<void> {
    await this.#transport.close();
    await super.destroy();
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
