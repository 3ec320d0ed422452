import { wrappers } from '../schema/wrappers.js';
import { createTlCodec } from '../tl/codec.js';
import { TlFailure } from '../tl/failure.js';
import { intOf } from '../tl/fields.js';
import { TlReader } from '../tl/reader.js';
import { parseTlSchema } from '../tl/schema.js';
import { RpcRefusal } from './refusal.js';

/** A call without the functions that it was wrapped in (core.telegram.org/api/invoking). */
export interface WrappedCall {
  /** The layer that the innermost invokeWithLayer names. */
  readonly layer: number | undefined;
  readonly body: Buffer;
}

/** Wrappers that only work with something that the sandbox does not issue, and their errors. */
const refusals = new Map([
  ['invokeWithTakeout', 'TAKEOUT_INVALID'],
  ['invokeWithBusinessConnection', 'CONNECTION_ID_INVALID'],
]);

const maxDepth = 8;

/**
 * Returns a function that unwraps calls. It throws RpcRefusal for refused wrappers, TlFailure for
 * malformed ones.
 */
export function createUnwrapper(): (body: Buffer) => WrappedCall {
  // The wrapped call is read in its own layer, which only its wrappers name. So they are decoded
  // without it.
  const schema = parseTlSchema(wrappers.replaceAll(' query:!X', ''));
  const codec = createTlCodec(schema);
  const isWrapper = (body: Buffer) => schema.byId.get(new TlReader(body).uint())?.isFunction === true;

  return (wrapped) => {
    let layer: number | undefined;
    let body = wrapped;
    for (let depth = 0; isWrapper(body); depth += 1) {
      if (depth === maxDepth) throw TlFailure.malformed('too many wrappers');
      const { object, length } = codec.decodePrefix(body);
      const refusal = refusals.get(object._);
      if (refusal !== undefined) throw new RpcRefusal(400, refusal);
      if (object._ === 'invokeWithLayer') layer = intOf(object, 'layer');
      body = body.subarray(length);
    }
    return { layer, body };
  };
}
