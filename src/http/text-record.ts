import { z } from 'zod';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Texts by name. */
export type TextRecord = ReadonlyMap<string, string>;

/**
 * Declares an object of texts with any names in a reply. Handlers return it as a map: an object of
 * thousands of members takes ten times as long to build as its JSON.
 */
export function textRecord(description: string) {
  const shape = {
    type: 'object',
    propertyNames: { type: 'string' },
    additionalProperties: { type: 'string' },
  } as const;
  return z
    .unknown()
    .refine(isTextRecord)
    .meta({ ...shape, description }) as z.ZodType<TextRecord>;
}

/**
 * Returns the JSON of a reply's body, in which text records are objects. Other members are written
 * as `JSON.stringify` writes them.
 */
export function writeJson(body: object): string | Buffer {
  const members = Object.entries(body) as [string, unknown][];
  if (!members.some(([, value]) => isMap(value))) return JSON.stringify(body);
  const parts = members.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          Buffer.from(`,${JSON.stringify(name)}:`),
          isMap(value) ? writeRecord(value) : Buffer.from(JSON.stringify(value)),
        ],
  );
  const written = Buffer.concat([...parts, Buffer.from('}')]);
  written[0] = openBrace;
  return written;
}

/**
 * Returns the JSON of a list in which names and texts alternate, changed to that of an object. A
 * call for each text would take longer, and leave garbage of several times the size of the reply.
 */
function writeRecord(record: ReadonlyMap<unknown, unknown>): Buffer {
  const list: unknown[] = [];
  for (const [name, text] of record) list.push(name, text);
  const bytes = Buffer.from(JSON.stringify(list));
  bytes[0] = openBrace;
  bytes[bytes.length - 1] = closeBrace;
  let isInText = false;
  let isAfterName = true;
  for (let at = 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      isInText = !isInText;
    } else if (byte === backslash) {
      at += 1;
    } else if (byte === comma && !isInText) {
      if (isAfterName) bytes[at] = colon;
      isAfterName = !isAfterName;
    }
  }
  return bytes;
}

function isTextRecord(value: unknown): boolean {
  if (!isMap(value)) return false;
  for (const [name, text] of value) if (typeof name !== 'string' || typeof text !== 'string') return false;
  return true;
}

function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return value instanceof Map;
}
