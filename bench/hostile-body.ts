/** As much of a JSON schema as bodies are generated from. */
export interface BodySchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, BodySchema>>;
  readonly required?: readonly string[];
  readonly items?: BodySchema;
  readonly prefixItems?: readonly BodySchema[];
  readonly maxItems?: number;
  readonly enum?: readonly unknown[];
}

/**
 * The most elements that a list of the largest right body has: as many as a lookup may have by
 * default.
 */
const rightElements = 10_000;

/**
 * Returns a right body with the values that are known by their names, filled up to its limit by a
 * list, or by a member that the endpoint ignores.
 */
export function largestRight(schema: BodySchema, limitBytes: number, known: Readonly<Record<string, string>>): Buffer {
  const members = rightMembers(schema);
  for (const name of Object.keys(members)) members[name] = known[name] ?? members[name];
  for (const [name, { items, maxItems }] of Object.entries(schema.properties ?? {})) {
    if (!items) continue;
    // Different ones, of the length of a hash: equal ones would be looked up once.
    const element = (index: number) => rightValue(items, `x${index}`.padEnd(43, 'x'));
    const room = Math.floor((limitBytes - 1000) / (JSON.stringify(element(0)).length + 1));
    const count = Math.min(room, maxItems ?? room, rightElements);
    members[name] = Array.from({ length: count }, (_, index) => element(index));
  }
  const text = JSON.stringify(members);
  const room = limitBytes - text.length - ',"filler":[]'.length - 10;
  if (room < 100) return Buffer.from(text);
  return Buffer.from(`${text.slice(0, -1)}${text === '{}' ? '' : ','}"filler":[${repeated('1', room)}]}`);
}

/** Bodies up to the limit that are wrong, each in its own way, with their names. */
export function wrongBodies(schema: BodySchema, limitBytes: number): readonly (readonly [string, Buffer])[] {
  const size = limitBytes - 1000;
  const fillers: Readonly<Record<string, string>> = {
    numbers: `[${repeated('1', size)}]`,
    texts: `[${repeated('"a"', size)}]`,
    objects: `[${repeated('{}', size)}]`,
    lists: `[${repeated('[]', size)}]`,
    members: `{${Array.from({ length: Math.floor(size / 14) }, (_, index) => `"m${index}":${index}`).join()}}`,
    nested: '['.repeat(size / 2) + ']'.repeat(size / 2),
    'nested objects': '{"a":'.repeat(size / 6) + '1' + '}'.repeat(size / 6),
    shallow: `[${repeated('['.repeat(90) + ']'.repeat(90), size)}]`,
    escapes: `"${String.raw`\u0041`.repeat(size / 6)}"`,
    surrogates: `"${String.raw`\ud83d\ude00`.repeat(size / 12)}"`,
    'half a character': `"${'a'.repeat(size - 10)}\\ud800"`,
    prototypes: `[${repeated('{"__proto__":{"a":1}}', size)}]`,
    text: `"${'a'.repeat(size)}"`,
    digits: '1'.repeat(size),
  };
  const right = rightMembers(schema);
  const names = Object.keys(schema.properties ?? {});
  const wholes = Object.entries(fillers).flatMap(([name, text]) => [
    [`only ${name}`, text],
    [`${name}, cut off`, text.slice(0, -1)],
  ]);
  const within = names.flatMap((member) => {
    const { [member]: _replaced, ...others } = right;
    const start = JSON.stringify(others).slice(0, -1);
    return Object.entries(fillers).map(([name, text]) => [
      `${name} as ${member}`,
      `${start}${start === '{' ? '' : ','}${JSON.stringify(member)}:${text}}`,
    ]);
  });
  return [...wholes, ...within].map(([name = '', text = '']) => [name, Buffer.from(text)] as const);
}

function rightMembers({ properties = {}, required = [] }: BodySchema): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, rightValue(properties[name] ?? {})]));
}

function rightValue({ type, items, prefixItems, enum: values, ...rest }: BodySchema, text = 'x'): unknown {
  if (values) return values[0];
  switch ([type].flat()[0]) {
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return prefixItems ? prefixItems.map((item) => rightValue(item, text)) : items ? [rightValue(items)] : [];
    case 'object':
      return rightMembers(rest);
    default:
      return text;
  }
}

function repeated(element: string, size: number): string {
  return Array(Math.max(1, Math.floor(size / (element.length + 1))))
    .fill(element)
    .join();
}
