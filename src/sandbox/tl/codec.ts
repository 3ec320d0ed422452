import { TlFailure } from './failure.js';
import { TlReader } from './reader.js';
import type { TlCombinator, TlSchema, TlType } from './schema.js';
import { isTlObject, type TlObject, type TlValue } from './value.js';
import { TlWriter } from './writer.js';

const vectorId = 0x1cb5c415;
const boolTrueId = 0x997275b5;
const boolFalseId = 0xbc799737;
// More than any request of the subset can hold; keeps a forged count from reserving memory.
const maxVectorLength = 10_000;

/** Turns objects of one schema into bytes and back. */
export interface TlCodec {
  /**
   * Writes an object with its constructor number; fields that the schema does not have are left
   * out. What does not fit is a TypeError: our own mistake.
   */
  encode(object: TlObject): Buffer;
  /** Writes what the named function returns. */
  encodeResult(functionName: string, value: TlValue): Buffer;
  /**
   * Reads one object or function call that fills the whole buffer; throws TlFailure for anything
   * else.
   */
  decode(bytes: Buffer): TlObject;
  /**
   * Reads one object or function call from the start of the buffer, and returns it with its length.
   */
  decodePrefix(bytes: Buffer): { readonly object: TlObject; readonly length: number };
}

export function createTlCodec(schema: TlSchema): TlCodec {
  function named(name: string): TlCombinator {
    const combinator = schema.byName.get(name);
    if (!combinator) throw new TypeError(`no ${name} in this schema`);
    return combinator;
  }

  function writeFields(writer: TlWriter, combinator: TlCombinator, object: TlObject): void {
    const flags = flagsOf(combinator, object);
    for (const { name, type, condition } of combinator.fields) {
      const value = object[name];
      const isAbsent = condition !== undefined && !hasBit(flags.get(condition.flags), condition.bit);
      if (isAbsent || type.kind === 'true') continue;
      if (type.kind === 'flags') writer.uint(flags.get(name) ?? 0);
      else if (value === undefined) throw new TypeError(`${combinator.name} lacks ${name}`);
      else write(writer, type, value, `${combinator.name}.${name}`);
    }
  }

  function write(writer: TlWriter, type: TlType, value: TlValue, where: string): void {
    switch (type.kind) {
      case 'int':
        if (typeof value === 'number') return void writer.int(value);
        break;
      case 'long':
        if (typeof value === 'bigint') return void writer.long(value);
        break;
      case 'double':
        if (typeof value === 'number') return void writer.double(value);
        break;
      case 'string':
        if (typeof value === 'string') return void writer.byteString(Buffer.from(value, 'utf8'));
        break;
      case 'bytes':
        if (Buffer.isBuffer(value)) return void writer.byteString(value);
        break;
      case 'int128':
      case 'int256':
        if (Buffer.isBuffer(value) && value.length === (type.kind === 'int128' ? 16 : 32)) {
          return void writer.raw(value);
        }
        break;
      case 'bool':
        if (typeof value === 'boolean') return void writer.uint(value ? boolTrueId : boolFalseId);
        break;
      case 'vector':
        if (Array.isArray(value)) {
          if (type.boxed) writer.uint(vectorId);
          writer.int(value.length);
          for (const item of value as readonly TlValue[]) write(writer, type.item, item, where);
          return;
        }
        break;
      case 'bare':
        if (isTlObject(value) && value._ === type.constructorName) return writeFields(writer, named(value._), value);
        break;
      case 'boxed':
      case 'any':
        if (isTlObject(value)) {
          return writeBoxed(writer, value, type.kind === 'boxed' ? type.typeName : undefined, where);
        }
        break;
      case 'true':
      case 'flags':
        return;
    }
    throw new TypeError(`${where} is no ${type.kind}`);
  }

  function writeBoxed(writer: TlWriter, object: TlObject, typeName: string | undefined, where: string): void {
    const combinator = named(object._);
    if (typeName !== undefined && !isOfType(combinator, typeName)) {
      throw new TypeError(`${where} is no ${typeName}`);
    }
    writer.uint(combinator.id);
    writeFields(writer, combinator, object);
  }

  function readFields(reader: TlReader, combinator: TlCombinator): TlObject {
    const object: Record<string, TlValue> & { _: string } = { _: combinator.name };
    for (const field of combinator.fields) {
      if (field.condition) {
        const flags = object[field.condition.flags];
        if (!hasBit(typeof flags === 'number' ? flags : 0, field.condition.bit)) continue;
      }
      object[field.name] = read(reader, field.type);
    }
    return object;
  }

  function read(reader: TlReader, type: TlType): TlValue {
    switch (type.kind) {
      case 'int':
        return reader.int();
      case 'long':
        return reader.long();
      case 'double':
        return reader.double();
      case 'string':
        return reader.byteString().toString('utf8');
      case 'bytes':
        return reader.byteString();
      case 'int128':
        return reader.raw(16);
      case 'int256':
        return reader.raw(32);
      case 'flags':
        return reader.uint();
      case 'true':
        return true;
      case 'bool':
        return readBool(reader);
      case 'vector':
        return readVector(reader, type.boxed, type.item);
      case 'bare':
        return readFields(reader, named(type.constructorName));
      case 'boxed':
        return readBoxed(reader, type.typeName);
      case 'any':
        return readBoxed(reader, undefined);
    }
  }

  function readVector(reader: TlReader, boxed: boolean, item: TlType): TlValue[] {
    if (boxed && reader.uint() !== vectorId) throw TlFailure.malformed('no vector');
    const length = reader.int();
    if (length < 0 || length > maxVectorLength) throw TlFailure.malformed('length of a vector');
    return Array.from({ length }, () => read(reader, item));
  }

  function readBoxed(reader: TlReader, typeName: string | undefined): TlObject {
    const id = reader.uint();
    const combinator = schema.byId.get(id);
    if (!combinator) throw new TlFailure({ kind: 'unknown_constructor', id });
    if (typeName !== undefined && !isOfType(combinator, typeName)) {
      throw TlFailure.malformed(`${combinator.name} is no ${typeName}`);
    }
    return readFields(reader, combinator);
  }

  return {
    encode(object) {
      const writer = new TlWriter();
      writeBoxed(writer, object, undefined, object._);
      return writer.result();
    },
    encodeResult(functionName, value) {
      const writer = new TlWriter();
      write(writer, named(functionName).result, value, functionName);
      return writer.result();
    },
    decode(bytes) {
      const reader = new TlReader(bytes);
      const object = readBoxed(reader, undefined);
      if (reader.remaining > 0) throw TlFailure.malformed('bytes left over');
      return object;
    },
    decodePrefix(bytes) {
      const reader = new TlReader(bytes);
      return { object: readBoxed(reader, undefined), length: reader.position };
    },
  };
}

function isOfType(combinator: TlCombinator, typeName: string): boolean {
  return !combinator.isFunction && combinator.result.kind === 'boxed' && combinator.result.typeName === typeName;
}

// Fields may share a bit: then one of them that is there demands the others.
function flagsOf(combinator: TlCombinator, object: TlObject): ReadonlyMap<string, number> {
  const flags = new Map<string, number>();
  for (const { name, type, condition } of combinator.fields) {
    if (!condition) continue;
    const isThere = type.kind === 'true' ? object[name] === true : object[name] !== undefined;
    if (isThere) flags.set(condition.flags, ((flags.get(condition.flags) ?? 0) | (1 << condition.bit)) >>> 0);
  }
  return flags;
}

function hasBit(flags: number | undefined, bit: number): boolean {
  return (((flags ?? 0) >>> bit) & 1) === 1;
}

function readBool(reader: TlReader): boolean {
  const id = reader.uint();
  if (id === boolTrueId) return true;
  if (id === boolFalseId) return false;
  throw TlFailure.malformed('no Bool');
}
