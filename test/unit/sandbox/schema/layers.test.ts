import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { apiTexts } from '../../../../src/sandbox/schema/api/index.js';
import { parseLayeredSchema } from '../../../../src/sandbox/schema/layered-schema.js';
import { createLayers, knownLayers, schemaOfLayer } from '../../../../src/sandbox/schema/layers.js';
import { wrappers } from '../../../../src/sandbox/schema/wrappers.js';

const definitions = [...apiTexts, wrappers]
  .flatMap((text) => text.split('\n'))
  .map((line) => line.replace(/^\d+: /, ''))
  .filter((line) => line.includes('#') && line.endsWith(';'));

// Read from a client of layer 232, which sends the same fields as before and optional new ones.
const onlyNumberKnown = ['channel#7ad15240'];

/**
 * The number that TL assigns to a definition: flags without a value do not count
 * (core.telegram.org/mtproto/TL).
 */
function numberOf(line: string): string {
  const canonical = line
    .replace(/#[0-9a-f]+ /, ' ')
    .replace(/;$/, '')
    .replaceAll(/ \w+:flags\d*\.\d+\?true/g, '')
    .replaceAll(/([:?])bytes /g, '$1string ')
    .replaceAll('<', ' ')
    .replaceAll(/[>{}]/g, '');
  return crc32(canonical).toString(16);
}

describe('the schema of the sandbox', () => {
  it('has definitions that match their numbers', () => {
    const wrong = definitions.filter((line) => line.split(' ')[0]?.split('#')[1] !== numberOf(line));
    expect(wrong.map((line) => line.split(' ')[0])).toEqual(onlyNumberKnown);
  });

  it.each(knownLayers)('has no number twice in layer %d', (layer) => {
    const { byId, byName } = schemaOfLayer(layer);
    expect(byId.size).toBe(byName.size);
  });

  it.each([
    [198, 'user', 0x4b46c37e],
    [199, 'user', 0x4b46c37e],
    [200, 'user', 0x020b1422],
    [216, 'user', 0x020b1422],
    [227, 'user', 0x31774388],
    [228, 'user', 0xb1b8cc83],
    [232, 'user', 0xb1b8cc83],
    [223, 'dialog', 0xd58a08c6],
    [224, 'dialog', 0xfc89f7f3],
    [230, 'channel', 0xd49f34c6],
    [232, 'channel', 0x7ad15240],
    [225, 'contacts.search', 0x11f812d8],
    [227, 'contacts.search', 0x05f58d0f],
  ])('has in layer %d the %s of that layer', (layer, name, id) => {
    expect(schemaOfLayer(layer).byName.get(name)?.id).toBe(id);
    expect(schemaOfLayer(layer).byId.get(id)?.name).toBe(name);
  });

  it('drops what a later layer replaces or removes', () => {
    const schemaOf = parseLayeredSchema(['a#1 = A;\n3: a#2 x:int = A;\n---functions---\nf#9 = A;\n4: -f']);
    const idsIn = (layer: number) => [...schemaOf(layer).byId.keys()];
    expect([2, 3, 4].map((layer) => idsIn(layer))).toEqual([[1, 9], [2, 9], [2]]);
  });

  it.each([0, 1, 158, 197, 215, 226, 231, 233, 2 ** 31 - 1])('has no layer %d', (layer) => {
    expect(createLayers().codecOf(layer)).toBeUndefined();
  });
});
