import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownLayers, schemaOfLayer } from '../../../../src/sandbox/schema/layers.js';
import { mtproto } from '../../../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../../../src/sandbox/tl/codec.js';
import { TlFailure } from '../../../../src/sandbox/tl/failure.js';
import { parseTlSchema, type TlCombinator, type TlSchema, type TlType } from '../../../../src/sandbox/tl/schema.js';
import type { TlObject, TlValue } from '../../../../src/sandbox/tl/value.js';

const schemas: readonly (readonly [string, TlSchema])[] = [
  ['the protocol', parseTlSchema(mtproto)],
  ...knownLayers
    .filter((layer, index) => index % 6 === 0 || layer === 232)
    .map((layer) => [`layer ${layer}`, schemaOfLayer(layer)] as const),
];

const maxDepth = 3;

type Memo = Map<string, fc.Arbitrary<TlValue> | undefined>;
const memos = new WeakMap<TlSchema, Memo>();

function memoOf(schema: TlSchema): Memo {
  const memo = memos.get(schema) ?? (new Map() as Memo);
  memos.set(schema, memo);
  return memo;
}

/** Values of a type; undefined for types without a constructor in the schema. */
function valuesOf(schema: TlSchema, type: TlType, depth: number): fc.Arbitrary<TlValue> | undefined {
  switch (type.kind) {
    case 'int':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'long':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'double':
      return fc.double({ noNaN: true });
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 300 });
    case 'bytes':
      return buffers({ maxLength: 300 });
    case 'int128':
      return buffers({ minLength: 16, maxLength: 16 });
    case 'int256':
      return buffers({ minLength: 32, maxLength: 32 });
    case 'bool':
      return fc.boolean();
    case 'true':
      return fc.constant(true);
    case 'flags':
      return undefined;
    case 'vector': {
      const items = valuesOf(schema, type.item, depth);
      return items ? fc.array(items, { maxLength: depth > 0 ? 3 : 0 }) : fc.constant([]);
    }
    case 'bare': {
      const combinator = schema.byName.get(type.constructorName);
      return combinator && objectsOf(schema, combinator, depth);
    }
    case 'boxed':
    case 'any': {
      const wanted = type.kind === 'boxed' ? type.typeName : undefined;
      const fits = ({ result, isFunction }: TlCombinator) =>
        wanted === undefined || (!isFunction && result.kind === 'boxed' && result.typeName === wanted);
      if (depth === 0) return undefined;
      const memo = memoOf(schema);
      const key = `${wanted} ${depth}`;
      if (memo.has(key)) return memo.get(key);
      const choices = [...schema.byName.values()]
        .filter((combinator) => fits(combinator))
        .flatMap((combinator) => objectsOf(schema, combinator, depth - 1) ?? []);
      const values = choices.length > 0 ? fc.oneof(...choices) : undefined;
      memo.set(key, values);
      return values;
    }
  }
}

function buffers(limits: fc.IntArrayConstraints): fc.Arbitrary<Buffer> {
  return fc.uint8Array(limits).map((bytes) => Buffer.from(bytes));
}

/** Objects of a constructor; undefined if a required field can have no value. */
function objectsOf(schema: TlSchema, combinator: TlCombinator, depth: number): fc.Arbitrary<TlObject> | undefined {
  const always: Record<string, fc.Arbitrary<TlValue>> = {};
  // Fields with the same bit are present together or not at all.
  const together = new Map<string, Record<string, fc.Arbitrary<TlValue> | undefined>>();
  for (const { name, type, condition } of combinator.fields) {
    if (type.kind === 'flags') continue;
    const values = valuesOf(schema, type, depth);
    if (condition) {
      const bit = `${condition.flags}.${condition.bit}`;
      together.set(bit, { ...together.get(bit), [name]: values });
    } else if (values) always[name] = values;
    else return undefined;
  }
  const groups = [...together.values()].flatMap((group) => {
    const fields = Object.entries(group).flatMap(([name, values]) => (values ? [[name, values] as const] : []));
    if (fields.length < Object.keys(group).length) return [];
    return [fc.option(fc.record(Object.fromEntries(fields)), { nil: {} })];
  });
  return fc
    .tuple(fc.record(always), ...groups)
    .map((parts) => ({ _: combinator.name, ...Object.assign({}, ...parts) }) as TlObject);
}

/** The object after a round trip: no flags fields, no absent fields. */
function plain(value: TlValue | undefined): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map((item: TlValue) => plain(item));
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([name, field]) => field !== undefined && !/^flags\d*$/.test(name));
  return Object.fromEntries(entries.map(([name, field]) => [name, plain(field)]));
}

describe.each(schemas)('the codec of %s', (_name, schema) => {
  const codec = createTlCodec(schema);
  const everything = [...schema.byName.values()].flatMap((combinator) => objectsOf(schema, combinator, maxDepth) ?? []);

  it('decodes every object that it encodes', () => {
    fc.assert(
      fc.property(fc.oneof(...everything), (object) => {
        expect(plain(codec.decode(codec.encode(object)))).toEqual(plain(object));
      }),
      { numRuns: 300 },
    );
  });

  it('rejects every object that is shortened or lengthened, without any other failure', () => {
    fc.assert(
      fc.property(fc.oneof(...everything), fc.nat(), (object, at) => {
        const bytes = codec.encode(object);
        expect(() => codec.decode(bytes.subarray(0, at % bytes.length))).toThrow(TlFailure);
        expect(() => codec.decode(Buffer.concat([bytes, Buffer.alloc(4)]))).toThrow(TlFailure);
      }),
    );
  });

  it('rejects random bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schema.byId.keys()), fc.uint8Array({ maxLength: 200 }), (id, noise) => {
        const head = Buffer.alloc(4);
        head.writeUInt32LE(id);
        try {
          codec.decode(Buffer.concat([head, noise]));
        } catch (error) {
          expect(error).toBeInstanceOf(TlFailure);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the codec', () => {
  const codec = createTlCodec(schemaOfLayer(198));

  it('encodes as the specification', () => {
    const signIn = { _: 'auth.signIn', phone_number: '+1', phone_code_hash: 'abc', phone_code: '12345' };
    const expected = '51a9528d01000000022b3100036162630531323334350000';
    expect(codec.encode(signIn).toString('hex')).toBe(expected);
    expect(codec.encodeResult('auth.cancelCode', true).toString('hex')).toBe('b5757299');
    expect(codec.encodeResult('users.getUsers', []).toString('hex')).toBe('15c4b51c00000000');
  });

  it.each([253, 254, 255, 256, 257])('writes texts of %d bytes with the right length and padding', (length) => {
    const bytes = codec.encode({ _: 'auth.importLoginToken', token: Buffer.alloc(length, 1) });
    const head = length < 254 ? 1 : 4;
    expect(bytes.length).toBe(4 + Math.ceil((head + length) / 4) * 4);
    expect(codec.decode(bytes)).toEqual({ _: 'auth.importLoginToken', token: Buffer.alloc(length, 1) });
  });

  it('returns the number of an unknown constructor', () => {
    const unknown = Buffer.from('0403020100000000', 'hex');
    expect(() => codec.decode(unknown)).toThrow(
      expect.objectContaining({ details: { kind: 'unknown_constructor', id: 0x01020304 } }),
    );
  });

  it('refuses to write a value that does not match the schema', () => {
    const wrong: readonly TlObject[] = [
      { _: 'auth.importLoginToken' },
      { _: 'auth.importLoginToken', token: 'text' },
      { _: 'users.getFullUser', id: { _: 'jsonNull' } },
      { _: 'nothing.known' },
      // Both fields have the same bit.
      { _: 'peerSettings', business_bot_id: 1n },
    ];
    for (const object of wrong) expect(() => codec.encode(object)).toThrow(TypeError);
  });

  it('rejects a count that its bytes cannot hold', () => {
    const forged = Buffer.from('48a5910d15c4b51cffffff7f', 'hex');
    expect(() => codec.decode(forged)).toThrow(TlFailure);
  });
});
