import { createTlCodec, type TlCodec } from '../tl/codec.js';
import { apiTexts } from './api/index.js';
import { parseLayeredSchema } from './layered-schema.js';

/** The codecs of the API, by layer. */
export interface Layers {
  /** Returns the codec of the layer, or undefined if the layer is not one of `knownLayers`. */
  codecOf(layer: number): TlCodec | undefined;
}

// Layers 215, 226 and 231 are missing: their constructors differ from those of their neighbours and
// are not known.
const ranges = [
  [198, 214],
  [216, 225],
  [227, 230],
  [232, 232],
] as const;

/** The layers that the sandbox answers in, oldest first. */
export const knownLayers: readonly number[] = ranges.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index),
);

/** Returns the schema of a known layer. */
export const schemaOfLayer = parseLayeredSchema(apiTexts);

export function createLayers(): Layers {
  const codecs = new Map<number, TlCodec>();
  return {
    codecOf(layer) {
      if (!knownLayers.includes(layer)) return undefined;
      const codec = codecs.get(layer) ?? createTlCodec(schemaOfLayer(layer));
      codecs.set(layer, codec);
      return codec;
    },
  };
}
