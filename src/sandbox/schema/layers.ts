import { createTlCodec, type TlCodec } from '../tl/codec.js';
import { parseTlSchema } from '../tl/schema.js';
import { layer198 } from './layer-198.js';
import { layer227 } from './layer-227.js';

/** The API in the layers that the sandbox has. */
export interface Layers {
  /** The codec of the newest layer that is not newer than the client's; the oldest one for clients older than all. */
  codecOf(layer: number): TlCodec;
}

export function createLayers(): Layers {
  const codecs = [
    { layer: 227, codec: createTlCodec(parseTlSchema(layer227)) },
    { layer: 198, codec: createTlCodec(parseTlSchema(layer198)) },
  ] as const;
  return {
    codecOf: (layer) => (codecs.find((entry) => entry.layer <= layer) ?? codecs[1]).codec,
  };
}
