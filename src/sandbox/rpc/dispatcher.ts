import type { Faults } from '../faults.js';
import { isMessageLie } from '../lies.js';
import type { Layers } from '../schema/layers.js';
import type { TlCodec } from '../tl/codec.js';
import { TlFailure } from '../tl/failure.js';
import { objectOf, textOf } from '../tl/fields.js';
import { TlReader } from '../tl/reader.js';
import type { TlObject } from '../tl/value.js';
import type { Device, Devices } from '../world/devices.js';
import { digitsOf } from '../world/magic.js';
import type { CallLog } from './call-log.js';
import type { RpcContext, RpcMethod, RpcService } from './method.js';
import { RpcRefusal } from './refusal.js';
import type { RpcOutcome, RpcRequest, RpcServer } from './rpc-server.js';

export interface DispatcherDeps {
  readonly mtproto: TlCodec;
  readonly layers: Layers;
  readonly faults: Faults;
  readonly devices: Devices;
  readonly calls: CallLog;
  readonly services: readonly RpcService[];
}

const invokeWithLayerId = 0xda9b0d0d;
const wrappers = new Set([
  'invokeWithLayer',
  'initConnection',
  'invokeWithoutUpdates',
  'invokeAfterMsg',
  'invokeAfterMsgs',
]);
const nothing: RpcOutcome = { answer: undefined, delayMs: 0, cut: false, lie: undefined };

/** Reads calls in their client's layer, applies the faults and the rules about who may call, and runs the method. */
export function createDispatcher({ mtproto, layers, faults, devices, calls, services }: DispatcherDeps): RpcServer {
  const methods = new Map<string, RpcMethod>(services.flatMap((service) => Object.entries(service)));

  function read(device: Device, body: Buffer): TlObject {
    const reader = new TlReader(body);
    const isLayered = reader.uint() === invokeWithLayerId;
    if (isLayered) device.layer = reader.int();
    if (device.layer === undefined) throw new RpcRefusal(400, 'CONNECTION_NOT_INITED');
    return unwrap(layers.codecOf(device.layer).decode(isLayered ? body.subarray(reader.position) : body));
  }

  function run(context: RpcContext, request: TlObject): Buffer {
    const { device } = context;
    const method = methods.get(request._);
    if (!method) throw new RpcRefusal(400, 'INPUT_METHOD_INVALID');
    checkAccess(device, method);
    const value = method.run(context, request);
    return layers.codecOf(device.layer ?? 0).encodeResult(request._, value);
  }

  function call({ keyName, dc, body }: RpcRequest): RpcOutcome {
    const device = devices.of(keyName, dc);
    const opened = attempt(() => read(device, body));
    if (opened.kind === 'refused') return { ...nothing, answer: encodeError(mtproto, opened.refusal) };
    const request = opened.value;
    const phone = phoneOf(device, request);
    calls.add({ method: request._, dc, layer: device.layer ?? 0, ...(phone === undefined ? {} : { phone }) });
    const { effect, delayMs, lie } = faults.fateOf({ method: request._, dc, phone });
    if (effect.kind === 'silent') return nothing;
    const result = attempt(() => {
      if (effect.kind === 'rpc_error') throw new RpcRefusal(effect.code, effect.message);
      return run({ device, dc, lie }, request);
    });
    const answer = result.kind === 'value' ? result.value : encodeError(mtproto, result.refusal);
    return { answer, delayMs, cut: effect.kind === 'drop', lie: isMessageLie(lie) ? lie : undefined };
  }

  return {
    call,
    encodeUpdate: (keyName, update) => layers.codecOf(devices.find(keyName)?.layer ?? 0).encode(update),
  };
}

function unwrap(call: TlObject): TlObject {
  return wrappers.has(call._) ? unwrap(objectOf(call, 'query')) : call;
}

type Attempt<T> =
  { readonly kind: 'value'; readonly value: T } | { readonly kind: 'refused'; readonly refusal: RpcRefusal };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { kind: 'value', value: work() };
  } catch (error) {
    if (error instanceof RpcRefusal) return { kind: 'refused', refusal: error };
    if (!(error instanceof TlFailure)) throw error;
    const name = error.fact.kind === 'unknown_constructor' ? 'INPUT_METHOD_INVALID' : 'INPUT_FETCH_ERROR';
    return { kind: 'refused', refusal: new RpcRefusal(400, name) };
  }
}

function checkAccess(device: Device, method: RpcMethod): void {
  // Telegram kills a duplicated key as a whole; every other end of a session shows only to calls that need an account.
  if (device.revokedAs === 'AUTH_KEY_DUPLICATED') throw new RpcRefusal(406, device.revokedAs);
  if (method.access === 'anyone') return;
  if (device.awaitingPassword) throw new RpcRefusal(401, 'SESSION_PASSWORD_NEEDED');
  if (!device.account) throw new RpcRefusal(401, device.revokedAs ?? 'AUTH_KEY_UNREGISTERED');
  if (device.account.kind === 'deactivated') throw new RpcRefusal(401, 'USER_DEACTIVATED');
}

function encodeError(mtproto: TlCodec, { fact }: RpcRefusal): Buffer {
  return mtproto.encode({ _: 'rpc_error', error_code: fact.code, error_message: fact.name });
}

function phoneOf(device: Device, request: TlObject): string | undefined {
  if ('phone_number' in request) return digitsOf(textOf(request, 'phone_number'));
  return (device.account ?? device.awaitingPassword)?.phone;
}
