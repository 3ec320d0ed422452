import { systemClock } from '../../src/base/clock.js';
import { parseMxid, type Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Bridge } from '../../src/bridge/bridge.js';
import { BridgeFailure, type BridgeFailureDetails } from '../../src/bridge/failure.js';
import { createHttpBridge } from '../../src/bridge/http-bridge.js';

/** The adapter in front of a bridge on loopback. */
export function bridgeAt(
  { url: address, sharedSecret }: { readonly url: string; readonly sharedSecret: string },
  clock = systemClock,
): Bridge {
  return createHttpBridge({ address, sharedSecret: new Secret(sharedSecret), clock });
}

/** Returns the failure that the call rejects with. */
export async function bridgeFailureOf(call: Promise<unknown>): Promise<BridgeFailureDetails> {
  try {
    await call;
  } catch (error) {
    if (error instanceof BridgeFailure) return error.details;
    throw error;
  }
  throw new Error('it succeeded');
}

/** The text as a Matrix ID. */
export function mxidOf(text: string): Mxid {
  const mxid = parseMxid(text);
  if (!mxid) throw new Error(`${text} is no Matrix ID`);
  return mxid;
}
