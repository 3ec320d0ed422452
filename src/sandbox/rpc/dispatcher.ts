import type { Faults } from '../faults.js';
import { isMessageLie } from '../lies.js';
import { knownLayers, type Layers } from '../schema/layers.js';
import type { TlCodec } from '../tl/codec.js';
import { TlFailure } from '../tl/failure.js';
import { textOf } from '../tl/fields.js';
import { TlReader } from '../tl/reader.js';
import type { TlObject } from '../tl/value.js';
import { layerOf, rememberLayer, type Device, type Devices } from '../world/devices.js';
import { digitsOf } from '../world/magic.js';
import type { CallLog } from './call-log.js';
import type { RpcContext, RpcMethod, RpcService } from './method.js';
import { RpcRefusal } from './refusal.js';
import type { RpcOutcome, RpcRequest, RpcServer } from './rpc-server.js';
import { createUnwrapper } from './wrapped-call.js';

export interface DispatcherDeps {
  readonly mtproto: TlCodec;
  readonly layers: Layers;
  readonly faults: Faults;
  readonly devices: Devices;
  readonly calls: CallLog;
  readonly services: readonly RpcService[];
}

interface ReadCall {
  readonly layer: number;
  readonly request: TlObject;
}

const [oldestLayer = 0] = knownLayers;
const nothing: RpcOutcome = { answer: undefined, delayMs: 0, cut: false, lie: undefined };

/**
 * Reads calls in the layer of their client, applies the faults and the access rules, and runs the
 * method.
 */
export function createDispatcher({ mtproto, layers, faults, devices, calls, services }: DispatcherDeps): RpcServer {
  const unwrap = createUnwrapper();
  const methods = new Map<string, RpcMethod>(services.flatMap((service) => Object.entries(service)));

  function loadLayer(device: Device, sessionId: bigint, named: number | undefined): number {
    const layer = named ?? layerOf(device, sessionId);
    if (layer === undefined) throw new RpcRefusal(400, 'CONNECTION_NOT_INITED');
    if (!layers.codecOf(layer)) throw new RpcRefusal(400, 'CONNECTION_LAYER_INVALID');
    rememberLayer(device, sessionId, layer);
    return layer;
  }

  function codecOf(layer: number): TlCodec {
    const codec = layers.codecOf(layer);
    if (!codec) throw new TypeError(`layer ${layer} is not known`);
    return codec;
  }

  function read(device: Device, { sessionId, dc, body: wrapped }: RpcRequest): ReadCall {
    const { layer: named, body } = unwrap(wrapped);
    const layer = loadLayer(device, sessionId, named);
    try {
      return { layer, request: codecOf(layer).decode(body) };
    } catch (error) {
      // Unknown functions and types appear in the call log by their number.
      const isUnknown = error instanceof TlFailure && error.details.kind === 'unknown_constructor';
      if (isUnknown) calls.add({ method: `#${new TlReader(body).uint().toString(16)}`, dc, layer });
      throw error;
    }
  }

  function run(context: RpcContext, request: TlObject, layer: number): Buffer {
    const method = methods.get(request._);
    if (!method) throw new RpcRefusal(400, 'INPUT_METHOD_INVALID');
    checkAccess(context.device, method);
    return codecOf(layer).encodeResult(request._, method.run(context, request));
  }

  function call(rpc: RpcRequest): RpcOutcome {
    const { keyName, dc } = rpc;
    const device = devices.of(keyName, dc);
    const opened = attempt(() => read(device, rpc));
    if (opened.kind === 'refused') return { ...nothing, answer: encodeError(mtproto, opened.refusal) };
    const { request, layer } = opened.value;
    const phone = phoneOf(device, request);
    calls.add({ method: request._, dc, layer, ...(phone === undefined ? {} : { phone }) });
    const { effect, delayMs, lie } = faults.fateOf({ method: request._, dc, phone });
    if (effect.kind === 'silent') return nothing;
    const result = attempt(() => {
      if (effect.kind === 'rpc_error') throw new RpcRefusal(effect.code, effect.message);
      return run({ device, dc, lie }, request, layer);
    });
    const answer = result.kind === 'value' ? result.value : encodeError(mtproto, result.refusal);
    return { answer, delayMs, cut: effect.kind === 'drop', lie: isMessageLie(lie) ? lie : undefined };
  }

  return {
    call,
    encodeUpdate(keyName, sessionId, update) {
      const device = devices.find(keyName);
      return codecOf((device && layerOf(device, sessionId)) ?? oldestLayer).encode(update);
    },
  };
}

type Attempt<T> =
  { readonly kind: 'value'; readonly value: T } | { readonly kind: 'refused'; readonly refusal: RpcRefusal };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { kind: 'value', value: work() };
  } catch (error) {
    if (error instanceof RpcRefusal) return { kind: 'refused', refusal: error };
    if (!(error instanceof TlFailure)) throw error;
    const name = error.details.kind === 'unknown_constructor' ? 'INPUT_METHOD_INVALID' : 'INPUT_FETCH_ERROR';
    return { kind: 'refused', refusal: new RpcRefusal(400, name) };
  }
}

function checkAccess(device: Device, method: RpcMethod): void {
  // Telegram kills a duplicated key as a whole; every other end of a session shows only to calls
  // that need an account.
  if (device.revokedAs === 'AUTH_KEY_DUPLICATED') throw new RpcRefusal(406, device.revokedAs);
  if (method.access === 'anyone') return;
  if (device.awaitingPassword) throw new RpcRefusal(401, 'SESSION_PASSWORD_NEEDED');
  if (!device.account) throw new RpcRefusal(401, device.revokedAs ?? 'AUTH_KEY_UNREGISTERED');
  if (device.account.kind === 'deactivated') throw new RpcRefusal(401, 'USER_DEACTIVATED');
}

function encodeError(mtproto: TlCodec, { details }: RpcRefusal): Buffer {
  return mtproto.encode({ _: 'rpc_error', error_code: details.code, error_message: details.name });
}

function phoneOf(device: Device, request: TlObject): string | undefined {
  if ('phone_number' in request) return digitsOf(textOf(request, 'phone_number'));
  return (device.account ?? device.awaitingPassword)?.phone;
}
