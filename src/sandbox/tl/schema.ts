/** How a value of a field travels. */
export type TlType =
  | {
      readonly kind:
        'int' | 'long' | 'double' | 'string' | 'bytes' | 'int128' | 'int256' | 'bool' | 'true' | 'flags' | 'any';
    }
  | { readonly kind: 'vector'; readonly boxed: boolean; readonly item: TlType }
  | { readonly kind: 'bare'; readonly constructorName: string }
  | { readonly kind: 'boxed'; readonly typeName: string };

export interface TlField {
  readonly name: string;
  readonly type: TlType;
  /** The bit of an earlier flags field that is set if this field is present. */
  readonly condition: { readonly flags: string; readonly bit: number } | undefined;
}

/** A constructor of a type, or a function: both look the same on the wire. */
export interface TlCombinator {
  readonly name: string;
  readonly id: number;
  readonly fields: readonly TlField[];
  readonly result: TlType;
  readonly isFunction: boolean;
}

export interface TlSchema {
  readonly byId: ReadonlyMap<number, TlCombinator>;
  readonly byName: ReadonlyMap<string, TlCombinator>;
}

const plainTypes = new Map<string, TlType>([
  ['int', { kind: 'int' }],
  ['long', { kind: 'long' }],
  ['double', { kind: 'double' }],
  ['string', { kind: 'string' }],
  ['bytes', { kind: 'bytes' }],
  ['int128', { kind: 'int128' }],
  ['int256', { kind: 'int256' }],
  ['Bool', { kind: 'bool' }],
  ['true', { kind: 'true' }],
  ['#', { kind: 'flags' }],
  ['!X', { kind: 'any' }],
  ['X', { kind: 'any' }],
]);

/**
 * Reads a schema in TL notation (core.telegram.org/mtproto/TL); every line must carry its
 * constructor number.
 */
export function parseTlSchema(text: string): TlSchema {
  const byId = new Map<number, TlCombinator>();
  const byName = new Map<string, TlCombinator>();
  let isFunction = false;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '') continue;
    if (line === '---functions---') {
      isFunction = true;
      continue;
    }
    const combinator = parseTlLine(line, isFunction);
    byId.set(combinator.id, combinator);
    byName.set(combinator.name, combinator);
  }
  return { byId, byName };
}

/** Reads one line of a schema, such as `error#c4b9f9bb code:int text:string = Error;`. */
export function parseTlLine(line: string, isFunction: boolean): TlCombinator {
  const match = /^([\w.]+)#([0-9a-f]+) (.*)= ([\w.<>]+);$/.exec(line);
  if (!match) throw new Error(`not a line of a TL schema: ${line}`);
  const [, name = '', id = '', fields = '', result = ''] = match;
  const words = fields.split(' ').filter((word) => word !== '' && !word.startsWith('{'));
  return { name, id: Number.parseInt(id, 16), fields: words.map(parseField), result: parseType(result), isFunction };
}

function parseField(word: string): TlField {
  const [name = '', type = ''] = word.split(':');
  const conditional = /^(\w+)\.(\d+)\?(.+)$/.exec(type);
  if (!conditional) return { name, type: parseType(type), condition: undefined };
  const [, flags = '', bit = '', inner = ''] = conditional;
  return { name, type: parseType(inner), condition: { flags, bit: Number(bit) } };
}

function parseType(text: string): TlType {
  const plain = plainTypes.get(text);
  if (plain) return plain;
  const vector = /^([Vv])ector<(.+)>$/.exec(text);
  if (vector) return { kind: 'vector', boxed: vector[1] === 'V', item: parseType(vector[2] ?? '') };
  const lastWord = text.slice(text.lastIndexOf('.') + 1);
  return /^[a-z]/.test(lastWord) ? { kind: 'bare', constructorName: text } : { kind: 'boxed', typeName: text };
}
