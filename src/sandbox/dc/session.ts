import { unzipSync } from 'node:zlib';
import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { RpcOutcome, RpcServer } from '../rpc/rpc-server.js';
import type { TlCodec } from '../tl/codec.js';
import { TlFailure } from '../tl/failure.js';
import { intOf, longOf, longsOf } from '../tl/fields.js';
import { TlReader } from '../tl/reader.js';
import type { TlObject } from '../tl/value.js';
import type { AuthKey } from './auth-keys.js';
import { sealPacket, type Message, type OpenedPacket } from './envelope.js';
import type { BindRequest } from './key-binding.js';
import type { MessageIds, ServerMessageKind } from './message-ids.js';
import { packContainer, packLarge, packRpcResult, readContainer, wireIds } from './packing.js';
import { currentSalt } from './salts.js';
import { futureSalts, newSession, objectionTo } from './service-messages.js';

/** The connection that a session talks through at the moment. */
export interface SessionLink {
  send(packet: Buffer, cut: boolean): void;
  /** Closes the connection unless this is called again before. */
  closeAfter(delayMs: number): void;
}

export interface SessionDeps {
  readonly mtproto: TlCodec;
  readonly clock: Clock;
  readonly random: Random;
  readonly rpc: RpcServer;
  readonly messageIds: MessageIds;
  readonly dc: number;
  /** The permanent key of a bound temporary key, else the key itself. */
  readonly identityOf: (key: AuthKey) => AuthKey;
  /** Binds a temporary key to a permanent one; returns the error that Telegram refuses it with. */
  readonly bindKey: (key: AuthKey, bind: BindRequest) => BindRefusal | undefined;
  readonly deleteKey: (key: AuthKey) => void;
  readonly dropSession: (key: AuthKey, sessionId: bigint) => boolean;
}

/** Why auth.bindTempAuthKey fails; all are 400. */
export type BindRefusal =
  'ENCRYPTED_MESSAGE_INVALID' | 'EXPIRES_AT_INVALID' | 'TEMP_AUTH_KEY_ALREADY_BOUND' | 'TEMP_AUTH_KEY_EMPTY';

interface Outgoing {
  readonly kind: ServerMessageKind;
  readonly body: Buffer;
  /** Whether the client must acknowledge it: that decides its sequence number. */
  readonly content: boolean;
}

/** What goes wrong on purpose with a packet. */
type Mishap = Pick<RpcOutcome, 'cut' | 'lie'>;

const none: Mishap = { cut: false, lie: undefined };

// Message states of msgs_state_info: nothing is known of the message; it has arrived.
const stateUnknown = 1;
const stateReceived = 4;
const maxRequestBytes = 1 << 20;
const maxAnswersKept = 64;

/**
 * One session of one key: numbers its messages, answers service messages itself and passes calls
 * on.
 */
export class Session {
  readonly #running = new Set<bigint>();
  readonly #answers = new Map<bigint, Buffer>();
  #started = false;
  #contentSent = 0;
  #link: SessionLink | undefined;

  constructor(
    readonly key: AuthKey,
    readonly id: bigint,
    readonly deps: SessionDeps,
  ) {}

  /**
   * Takes what arrived in one packet and answers it in one packet. The notice of a new session has
   * a packet of its own.
   */
  receive(link: SessionLink, packet: OpenedPacket): void {
    this.#link = link;
    const now = this.deps.clock.now();
    const objection = objectionTo(packet, this.key, now);
    if (objection) return this.#send([this.#notice(objection)], none);
    if (!this.#started) this.#send([this.#sessionCreated(packet.msgId, now)], none);
    this.#started = true;
    const outgoing: Outgoing[] = [];
    this.#send(outgoing, this.#handle(packet, outgoing));
  }

  /** Removes a connection that has been closed. */
  detach(link: SessionLink): void {
    if (this.#link === link) this.#link = undefined;
  }

  /** Sends an update, or false if the client is not connected. */
  push(update: Buffer): boolean {
    if (!this.#link) return false;
    this.#send([{ kind: 'notice', body: update, content: true }], none);
    return true;
  }

  // Returns what is to go wrong with the packet of the answers.
  #handle(message: Message, outgoing: Outgoing[]): Mishap {
    const { body } = message;
    const id = new TlReader(body).uint();
    if (id === wireIds.container) {
      return readContainer(body)
        .map((inner) => this.#handle(inner, outgoing))
        .reduce((all, one) => ({ cut: all.cut || one.cut, lie: one.lie ?? all.lie }), none);
    }
    if (id === wireIds.gzip) return this.#handle({ ...message, body: unpack(body) }, outgoing);
    const service = this.#asServiceMessage(body);
    if (!service) return this.#call(message, outgoing);
    outgoing.push(...this.#answerService(service, message.msgId));
    return none;
  }

  #asServiceMessage(body: Buffer): TlObject | undefined {
    try {
      // TDLib pads messages behind the object.
      return this.deps.mtproto.decodePrefix(body).object;
    } catch (error) {
      if (error instanceof TlFailure && error.details.kind === 'unknown_constructor') return undefined;
      throw error;
    }
  }

  #answerService(service: TlObject, msgId: bigint): Outgoing[] {
    switch (service._) {
      case 'ping':
        return [this.#answer({ _: 'pong', msg_id: msgId, ping_id: longOf(service, 'ping_id') })];
      case 'ping_delay_disconnect':
        this.#link?.closeAfter(1000 * intOf(service, 'disconnect_delay'));
        return [this.#answer({ _: 'pong', msg_id: msgId, ping_id: longOf(service, 'ping_id') })];
      case 'get_future_salts':
        return [
          this.#answer(
            futureSalts(this.key, this.deps.clock.now(), { requestId: msgId, count: intOf(service, 'num') }),
          ),
        ];
      case 'msgs_ack':
        // A client acknowledges our numbers, which are not kept: answers are dropped by age
        // instead.
        return [];
      case 'msgs_state_req':
        return this.#stateOf(longsOf(service, 'msg_ids'), msgId);
      case 'rpc_drop_answer':
        return [this.#result(msgId, this.deps.mtproto.encode({ _: 'rpc_answer_unknown' }))];
      case 'destroy_session': {
        const sessionId = longOf(service, 'session_id');
        const dropped = this.deps.dropSession(this.key, sessionId);
        return [this.#answer({ _: dropped ? 'destroy_session_ok' : 'destroy_session_none', session_id: sessionId })];
      }
      case 'auth.bindTempAuthKey':
        return [this.#result(msgId, this.#bind({ request: service, msgId, sessionId: this.id }))];
      case 'destroy_auth_key':
        this.deps.deleteKey(this.key);
        return [this.#answer({ _: 'destroy_auth_key_ok' })];
      default:
        return [];
    }
  }

  #call(message: Message, outgoing: Outgoing[]): Mishap {
    const known = this.#answers.get(message.msgId);
    if (known) outgoing.push(this.#result(message.msgId, known));
    if (known || this.#running.has(message.msgId)) return none;
    const identity = this.deps.identityOf(this.key);
    if (identity.origin?.expiresAt !== undefined) {
      outgoing.push(this.#result(message.msgId, this.#error(401, 'AUTH_KEY_PERM_EMPTY')));
      return none;
    }
    const outcome = this.deps.rpc.call({
      keyName: identity.name,
      sessionId: this.id,
      dc: this.deps.dc,
      body: message.body,
    });
    if (!outcome.answer) return none;
    const result = outcome.answer;
    outgoing.push(this.#notice({ _: 'msgs_ack', msg_ids: [message.msgId] }));
    if (outcome.delayMs <= 0) {
      this.#remember(message.msgId, result);
      outgoing.push(this.#result(message.msgId, result));
      return outcome;
    }
    this.#running.add(message.msgId);
    this.deps.clock.after(outcome.delayMs, () => {
      this.#running.delete(message.msgId);
      this.#remember(message.msgId, result);
      this.#send([this.#result(message.msgId, result)], outcome);
    });
    return none;
  }

  #bind(bind: BindRequest): Buffer {
    const refusal = this.deps.bindKey(this.key, bind);
    if (refusal !== undefined) return this.#error(400, refusal);
    return this.deps.mtproto.encodeResult('auth.bindTempAuthKey', true);
  }

  #error(code: number, name: string): Buffer {
    return this.deps.mtproto.encode({ _: 'rpc_error', error_code: code, error_message: name });
  }

  #remember(msgId: bigint, answer: Buffer): void {
    this.#answers.set(msgId, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > maxAnswersKept && oldest !== undefined) this.#answers.delete(oldest);
  }

  // A call whose answer got lost on the way is answered again; one that never arrived is unknown,
  // and the client sends it again.
  #stateOf(msgIds: readonly bigint[], requestId: bigint): Outgoing[] {
    const states = msgIds.map((id) => (this.#running.has(id) || this.#answers.has(id) ? stateReceived : stateUnknown));
    const again = msgIds.flatMap((id) => {
      const answer = this.#answers.get(id);
      return answer ? [this.#result(id, answer)] : [];
    });
    return [this.#answer({ _: 'msgs_state_info', req_msg_id: requestId, info: Buffer.from(states) }), ...again];
  }

  #sessionCreated(firstMsgId: bigint, now: number): Outgoing {
    const uniqueId = this.deps.random.bytes(8).readBigInt64LE();
    return { ...this.#notice(newSession(this.key, now, { firstMsgId, uniqueId })), content: true };
  }

  #answer(object: TlObject): Outgoing {
    return { kind: 'answer', body: this.deps.mtproto.encode(object), content: false };
  }

  #notice(object: TlObject): Outgoing {
    return { kind: 'notice', body: this.deps.mtproto.encode(object), content: false };
  }

  #result(requestId: bigint, result: Buffer): Outgoing {
    return { kind: 'answer', body: packRpcResult(requestId, result), content: true };
  }

  #send(outgoing: readonly Outgoing[], { cut, lie }: Mishap): void {
    const link = this.#link;
    if (!link || outgoing.length === 0) return;
    const told = lie === 'packed_large' ? outgoing.map((out) => ({ ...out, body: packLarge() })) : outgoing;
    const messages = told.map((out) => this.#number(out));
    const [only] = messages;
    const message =
      only && messages.length === 1
        ? only
        : this.#number({ kind: 'notice', body: packContainer(messages), content: false });
    const salt = currentSalt(this.key, this.deps.clock.now());
    const packet = sealPacket(this.key, this.deps.random, { salt, sessionId: this.id }, message, lie);
    link.send(packet, cut);
    if (lie === 'repeated') link.send(packet, cut);
  }

  #number({ kind, body, content }: Outgoing): Message {
    const seqNo = 2 * this.#contentSent + (content ? 1 : 0);
    if (content) this.#contentSent += 1;
    return { msgId: this.deps.messageIds.next(kind), seqNo, body };
  }
}

function unpack(body: Buffer): Buffer {
  try {
    // Clients send zlib as well as gzip streams; unzip reads both.
    return unzipSync(new TlReader(body.subarray(4)).byteString(), { maxOutputLength: maxRequestBytes });
  } catch (error) {
    if (error instanceof TlFailure) throw error;
    throw TlFailure.malformed('not a compressed message');
  }
}
