import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Group } from '../crypto/group.js';
import type { ServerKey } from '../crypto/server-key.js';
import type { Faults } from '../faults.js';
import type { Lie } from '../lies.js';
import type { TlCodec } from '../tl/codec.js';
import { TlFailure } from '../tl/failure.js';
import { TlReader } from '../tl/reader.js';
import type { TlObject } from '../tl/value.js';
import { TlWriter } from '../tl/writer.js';
import { detectTransport } from '../transport/detect.js';
import { TransportFailure } from '../transport/failure.js';
import type { Transport } from '../transport/transport.js';
import type { AuthKey } from './auth-keys.js';
import type { DataCentre } from './data-centre.js';
import { openPacket, type OpenedPacket } from './envelope.js';
import { createKeyExchange, type KeyExchange } from './key-exchange.js';
import type { KeyHolder, KeyUsage } from './key-usage.js';
import { framePlain } from './plain-answer.js';
import { createMessageIds, type MessageIds } from './message-ids.js';
import type { Session, SessionLink } from './session.js';

export interface ConnectionDeps {
  readonly mtproto: TlCodec;
  readonly clock: Clock;
  readonly random: Random;
  readonly group: Group;
  readonly serverKey: ServerKey;
  readonly largePrimes: boolean;
  readonly faults: Faults;
  readonly keyUsage: KeyUsage;
  readonly mtproxySecret: Buffer | undefined;
  readonly dataCentre: (id: number) => DataCentre | undefined;
}

// Transport errors of core.telegram.org/mtproto/mtproto-transports: the key is unknown; the data
// centre is wrong.
const unknownKey = 404;
const wrongDataCentre = 444;
const plainHeadLength = 20;

/** One TCP connection of a client: transport, key exchange, and the way to its session. */
export class Connection implements SessionLink, KeyHolder {
  readonly #keyExchange: KeyExchange;
  readonly #plainIds: MessageIds;
  readonly #sessions = new Set<Session>();
  #opening: Buffer = Buffer.alloc(0);
  #transport: Transport | undefined;
  #inbox: readonly Buffer[] = [];
  #isWaiting = false;
  #cancelClose: Cancel = () => undefined;

  constructor(
    private readonly socket: Socket,
    private dataCentre: DataCentre,
    private readonly deps: ConnectionDeps,
  ) {
    this.#keyExchange = createKeyExchange(deps);
    this.#plainIds = createMessageIds(deps.clock);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#guard(() => this.#receive(chunk)));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closed());
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && !this.socket.readableEnded;
  }

  close(): void {
    this.socket.destroy();
  }

  closeAfter(delayMs: number): void {
    this.#cancelClose();
    this.#cancelClose = this.deps.clock.after(delayMs, () => this.close());
  }

  send(packet: Buffer, cut: boolean): void {
    const transport = this.#transport;
    if (!transport || this.socket.destroyed) return;
    const framed = transport.frame(packet);
    if (!cut && !this.deps.faults.cutsPacket(this.dataCentre.id)) return void this.socket.write(framed);
    this.socket.write(framed.subarray(0, framed.length >> 1), () => this.close());
  }

  // What a peer gets wrong costs it the connection; everything else is a defect and must be thrown.
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof TlFailure) && !(error instanceof TransportFailure)) throw error;
      this.close();
    }
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#transport ? chunk : this.#open(chunk);
    if (!this.#transport || !bytes) return;
    this.#inbox = [...this.#inbox, ...this.#transport.receive(bytes)];
    this.#handleInbox();
  }

  #handleInbox(): void {
    while (!this.#isWaiting && !this.socket.destroyed) {
      const [packet, ...rest] = this.#inbox;
      if (!packet) return;
      this.#inbox = rest;
      if (!this.deps.faults.swallowsPacket(this.dataCentre.id)) this.#receivePacket(packet);
    }
  }

  // The end of the connection before may have arrived without having been read: two turns of the
  // event loop read it.
  #afterPendingEnds(work: () => void): void {
    this.#isWaiting = true;
    const resume = () => {
      this.#isWaiting = false;
      if (this.socket.destroyed) return;
      this.#guard(() => {
        work();
        this.#handleInbox();
      });
    };
    setImmediate(() => setImmediate(resume));
  }

  #open(chunk: Buffer): Buffer | undefined {
    this.#opening = Buffer.concat([this.#opening, chunk]);
    const detected = detectTransport(this.#opening, this.deps);
    if (!detected) return undefined;
    this.#transport = detected.transport;
    this.#opening = Buffer.alloc(0);
    if (detected.proxiedDc === undefined) return detected.rest;
    const wanted = this.deps.dataCentre(detected.proxiedDc);
    if (!wanted) {
      this.#sendTransportError(wrongDataCentre);
      return undefined;
    }
    this.dataCentre = wanted;
    return detected.rest;
  }

  #receivePacket(packet: Buffer): void {
    const keyId = new TlReader(packet).long();
    if (keyId === 0n) return this.#receivePlain(packet);
    const key = this.dataCentre.findKey(keyId);
    const opened = key && openPacket(key, packet);
    if (!key || !opened) return this.#sendTransportError(unknownKey);
    const deliver = () => this.#deliver(key, opened);
    if (this.deps.keyUsage.wouldDuplicate(this.dataCentre.identityOf(key).name, this)) this.#afterPendingEnds(deliver);
    else deliver();
  }

  #deliver(key: AuthKey, opened: OpenedPacket): void {
    const { name } = this.dataCentre.identityOf(key);
    if (!this.deps.keyUsage.register(name, this.dataCentre.id, this)) return this.#sendTransportError(unknownKey);
    const session = this.dataCentre.session(key, opened.sessionId);
    this.#sessions.add(session);
    session.receive(this, opened);
  }

  #receivePlain(packet: Buffer): void {
    const length = packet.length < plainHeadLength ? -1 : packet.readInt32LE(16);
    // TDLib pads messages behind the object.
    const body = new TlReader(packet.subarray(plainHeadLength)).raw(length);
    const request = this.deps.mtproto.decodePrefix(body).object;
    if (request._ === 'msgs_ack') return;
    const { delayMs, effect, lie } = this.deps.faults.fateOf({
      method: request._,
      dc: this.dataCentre.id,
      phone: undefined,
    });
    if (effect.kind === 'silent') return;
    const isLastStep = request._ === 'set_client_DH_params';
    if (effect.kind === 'rpc_error' && !isLastStep) return this.#sendTransportError(effect.code);
    const told = effect.kind === 'rpc_error' ? 'end_hash' : lie;
    const step = this.#keyExchange.step(request, this.dataCentre.id, told);
    if (step.kind === 'refused') return this.#sendTransportError(step.transportError);
    if (step.key) this.dataCentre.addKey(step.key);
    const reply = () => this.#sendPlain(step.answer, effect.kind === 'drop', told);
    if (delayMs > 0) this.deps.clock.after(delayMs, reply);
    else reply();
  }

  #sendPlain(object: TlObject, cut: boolean, lie: Lie | undefined): void {
    this.send(framePlain(this.deps.mtproto.encode(object), this.#plainIds.next('answer'), lie), cut);
  }

  #sendTransportError(code: number): void {
    this.send(new TlWriter().int(-code).result(), false);
  }

  #closed(): void {
    this.#cancelClose();
    this.deps.keyUsage.release(this);
    for (const session of this.#sessions) session.detach(this);
  }
}
