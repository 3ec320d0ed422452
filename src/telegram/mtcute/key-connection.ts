import { SessionConnection, tl } from '@mtcute/core';
import { __tlReaderMap, __tlWriterMap, isTlRpcError, type Logger } from '@mtcute/core/utils.js';
import { systemClock } from '../../base/clock.js';
import { Ending } from '../../base/ending.js';
import type { LeaseGuard } from '../../base/leases.js';
import type { Random } from '../../base/random.js';
import { TelegramFailure, unreachable } from '../failure.js';
import type { PlainProxy } from '../gateway-options.js';
import { MoveRequired } from '../moves.js';
import { exchangeKey, type ServerPublicKey } from '../mtproto/key-exchange.js';
import { demandEnvelope, readMessage } from '../mtproto/message.js';
import { sendPlain } from '../mtproto/plain-messages.js';
import { UntrustedAnswer } from '../mtproto/untrusted-answer.js';
import { RpcError } from '../rpc-error.js';
import type { SaltCache } from '../salt-cache.js';
import { CheckedCrypto } from './crypto.js';
import { platform } from './platform.js';
import { createSalt, numberOf } from './salt.js';
import { SessionState } from './session-state.js';
import { createTransport, type SingleTransport } from './transport.js';

/** What each connection of a gateway uses. */
export interface ConnectionSettings {
  readonly initConnection: tl.RawInitConnectionRequest;
  readonly proxy: PlainProxy | null;
  readonly findKey: (fingerprint: bigint) => ServerPublicKey | undefined;
  readonly salts: SaltCache;
  readonly random: Random;
  readonly log: Logger;
  readonly guard: LeaseGuard | undefined;
}

export interface KeyConnectionOptions {
  readonly settings: ConnectionSettings;
  readonly dataCentre: { readonly id: number; readonly ip: string; readonly port: number };
  /** 256 bytes. Without it, a key is created. */
  readonly authKey: Buffer | undefined;
  /** Called for updateLoginToken: a QR code of this session was scanned. */
  readonly onLoginToken: () => void;
  /** Called once, with the reason for which the connection ends. */
  readonly onEnd: (reason: Error) => void;
}

const pingIntervalMs = 60_000;
/** The transport error -404: the data centre does not have the auth key of a message. */
const keyUnknown = 404;

/**
 * One TCP connection on one auth key. It never connects again, never creates a second key, and
 * sends no request twice unless the data centre rejected the first message.
 */
export class KeyConnection extends SessionConnection {
  readonly #settings: ConnectionSettings;
  readonly #state: SessionState;
  readonly #transport: SingleTransport;
  readonly #ending = new Ending<Error>();
  readonly #onEnd: (reason: Error) => void;
  #usable: () => void = () => undefined;
  #exchanging = false;
  #broken = false;
  #receive: (packet: Buffer) => void = () => undefined;
  #messageKey: Buffer = Buffer.alloc(0);

  constructor({ settings, dataCentre, authKey, onLoginToken, onEnd }: KeyConnectionOptions) {
    const transport = createTransport(settings.proxy, (code) => {
      const isKeyUnknown = code === keyUnknown && !this.#exchanging;
      if (isKeyUnknown) this.#end(new TelegramFailure({ kind: 'session_dead', reason: 'auth_key_forgotten' }));
      else this.#end(unreachable(`transport error ${code}`));
    });
    const crypto = new CheckedCrypto(settings.random, {
      onPlain: (plain) => readMessage(this.#messageKey, plain, this.#state.context()),
      onUntrusted: (answer) => this.#end(answer),
    });
    super(
      {
        crypto,
        transport,
        dc: { id: dataCentre.id, ipAddress: dataCentre.ip, port: dataCentre.port },
        testMode: false,
        reconnectionStrategy: () => false,
        initConnection: settings.initConnection,
        pingInterval: pingIntervalMs,
        layer: tl.LAYER,
        disableUpdates: true,
        withUpdates: false,
        isMainConnection: true,
        isMainDcConnection: true,
        usePfs: false,
        salts: createSalt(),
        readerMap: __tlReaderMap,
        writerMap: __tlWriterMap,
        platform,
      },
      settings.log,
    );
    this.#settings = settings;
    this.#transport = transport;
    this.#onEnd = onEnd;
    // mtcute sends a ping with each request and requests the state of a request that takes longer
    // than 1.5 s, whose answer may make it send the request again. The deadlines of the calls do
    // instead.
    Object.assign(this, { _isActive: () => false });
    this._session.getStateSchedule.insert = () => 0;
    this.#state = new SessionState(this._session, settings.salts);
    this.#state.limitSends(() => this.#end(unreachable('the data centre rejected each message with the request')));
    if (settings.guard) this.#keepAlive(settings.guard.disconnectAfterMs);
    this.onUpdate.add((update) => {
      if (mayBeLoginToken(update)) onLoginToken();
    });
    // mtcute computes the time from the start of the process, and misses corrections of the clock.
    this.#state.setServerTime(Math.floor(systemClock.now() / 1000));
    if (authKey !== undefined) this.#state.setKey(authKey);
  }

  /**
   * Telegram closes the connection if this process stands still. mtcute adds two seconds to the
   * delay, and ends a connection whose ping is not answered within it.
   */
  #keepAlive(disconnectAfterMs: number): void {
    Object.assign(this, {
      _pingDisconnectDelay: () => disconnectAfterMs - 2_000,
      _pingMustDelay: () => disconnectAfterMs / 4,
    });
  }

  /** The auth key. Throws before there is one. */
  get authKey(): Buffer {
    const key = this.getAuthKey();
    if (key === null) throw new Error('there is no auth key yet');
    return Buffer.from(key);
  }

  /** Why the connection has ended, if it has. */
  get ended(): Error | undefined {
    return this.#ending.error;
  }

  /** Whether the network, and the proxy if there is one, has accepted the connection. */
  get wasOpened(): boolean {
    return this.#transport.wasOpened;
  }

  /** Returns true if the network has ended the connection, so that another one may be opened. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** Connects, and creates a key unless there is one. Rejects with the reason of the end. */
  async open(): Promise<void> {
    const usable = new Promise<void>((resolve) => (this.#usable = resolve));
    this.connect();
    await this.#ending.race(usable);
  }

  /**
   * Sends a request. Rejects with RpcError, with MoveRequired, or with the reason for which the
   * connection has ended.
   */
  async invoke<T extends tl.RpcMethod>(request: T): Promise<tl.RpcCallReturn[T['_']]> {
    const result: unknown = await this.#ending.race(this.sendRpc(request));
    if (!isTlRpcError(result)) return result;
    const { errorCode, errorMessage } = result;
    const dataCentreId = moveName.exec(errorMessage)?.[1];
    if (errorCode === 303 && dataCentreId !== undefined) throw new MoveRequired(Number(dataCentreId));
    throw new RpcError(errorCode, errorMessage, request._);
  }

  /** Lets Telegram send updates on this connection from the next request on. */
  receiveUpdates(): void {
    this.params.disableUpdates = false;
  }

  override async destroy(): Promise<void> {
    this.#end(unreachable('the connection was destroyed'));
    // mtcute would wait for ever if it is called while the connection breaks by itself.
    this._destroyed = true;
    this.reset(true);
    await this.#transport.close();
  }

  /** Does not connect again: this connection ends with its TCP connection. */
  override reconnect(): void {
    return;
  }

  /** Corrects a wrong clock. Every other reason ends the connection. */
  override _resetSession(reason = 'session reset'): void {
    if (reason === 'msg_id too high') return super._resetSession(reason);
    if (reason !== 'unknown object') return this.#end(unreachable(`mtcute would connect again: ${reason}`));
    this.#end(new TelegramFailure({ kind: 'unknown_error', name: 'UNKNOWN_CONSTRUCTOR' }));
  }

  /** Creates the auth key, instead of mtcute. */
  override _authorize(): void {
    if (this.#exchanging) return;
    this.#exchanging = true;
    this.#exchange()
      .then(() => {
        this.#exchanging = false;
        this.onConnectionUsable();
      })
      .catch((error: Error) => this.#end(error));
  }

  /** Sends a packet, unless it belongs to a key exchange that mtcute begins by itself. */
  override async send(packet: Uint8Array): Promise<void> {
    if (this.#settings.guard?.deadline.isOver() === true) {
      return this.#end(unreachable('the leases of this daemon were not renewed'));
    }
    const isPlain = packet.subarray(0, 8).every((byte) => byte === 0);
    if (!isPlain || this.#exchanging) return super.send(packet);
    this.#end(new TelegramFailure({ kind: 'session_dead', reason: 'revoked' }));
  }

  override onClosed(): void {
    super.onClosed();
    this.#broken = this.#ending.error === undefined;
    this.#end(unreachable(this.#transport.problem || 'the connection broke'));
  }

  protected override handleError(error: Error): void {
    this.#end(error);
  }

  protected override onConnectionUsable(): void {
    super.onConnectionUsable();
    // With a guard, a ping comes with the first message: Telegram must know from the beginning when
    // to close the connection. Otherwise the first message is sent without a ping.
    this._session.lastPingTime = this.#settings.guard ? -Infinity : this._session.lastActivityTime;
    this.#usable();
  }

  protected override onMessage(data: Uint8Array): void {
    const packet = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (this.#exchanging) return this.#receive(packet);
    const isWhole = this.#check(() => demandEnvelope(packet, this.#state.context()));
    if (!isWhole) return;
    this.#messageKey = packet.subarray(8, 24);
    super.onMessage(data);
  }

  async #exchange(): Promise<void> {
    const { findKey, random } = this.#settings;
    const connection = {
      send: (packet: Buffer) => this.send(packet),
      recv: () => this.#ending.race(new Promise<Buffer>((resolve) => (this.#receive = resolve))),
    };
    const { authKey, salt, serverTime } = await exchangeKey({
      send: (request) => sendPlain(connection, numberOf(this._session.getMessageId()), request),
      findKey,
      random,
    });
    this.#state.setKey(authKey, salt);
    this.#state.setServerTime(serverTime);
  }

  /** Returns false, and ends the connection, if the check fails. */
  #check(check: () => unknown): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof UntrustedAnswer)) throw error;
      this.#end(error);
      return false;
    }
  }

  #end(error: Error): void {
    if (this.#ending.error !== undefined) return;
    this.#ending.end(error);
    void this.#transport.close();
    this.#state.keepSalt();
    this.#onEnd(error);
  }
}

const moveName = /^(?:PHONE|NETWORK|USER)_MIGRATE_(\d+)$/;

/** Returns true if a QR code was scanned, or if updates were lost. */
function mayBeLoginToken(message: tl.TypeUpdates): boolean {
  if (message._ === 'updatesTooLong') return true;
  if (message._ === 'updateShort') return message.update._ === 'updateLoginToken';
  return 'updates' in message && message.updates.some(({ _: kind }) => kind === 'updateLoginToken');
}
