/**
 * The specification of one status: the properties of its body, and the errcodes if it is an error.
 */
export interface SpecifiedReply {
  readonly properties: readonly string[];
  readonly errcodes?: readonly string[];
  readonly states?: readonly string[];
}

/** The specification of one operation. */
export interface SpecifiedOperation {
  readonly operationId: string;
  readonly bodyProperties: Readonly<Record<string, string>>;
  readonly replies: Readonly<Record<string, SpecifiedReply>>;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  /** Present if other values are allowed, too. */
  readonly examples?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** An operation of our OpenAPI file, as far as it is compared. */
export interface DescribedOperation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
  readonly responses: Readonly<
    Record<string, { readonly content: { readonly 'application/json': { readonly schema: Schema } } }>
  >;
}

/** Returns the differences between an operation as specified and as described, one line each. */
export function differences(specified: SpecifiedOperation, described: DescribedOperation): string[] {
  const lines = compare('operationId', [specified.operationId], [described.operationId]);
  lines.push(...bodyDifferences(specified, described));
  lines.push(...compare('status', Object.keys(specified.replies), Object.keys(described.responses)));
  for (const [status, ours] of Object.entries(described.responses)) {
    const theirs = specified.replies[status];
    const schema = ours.content['application/json'].schema;
    if (theirs === undefined) continue;
    lines.push(...compare(`${status} property`, theirs.properties, propertiesOf(schema)));
    lines.push(...compare(`${status} errcode`, theirs.errcodes ?? [], wordsOf(schema, 'errcode')));
    // A narrower set of states keeps the specification's promise.
    const states = wordsOf(schema, 'state').filter((state) => theirs.states && !theirs.states.includes(state));
    lines.push(...states.map((state) => `${status} state ${state} added`));
  }
  return lines;
}

function bodyDifferences(specified: SpecifiedOperation, { requestBody }: DescribedOperation): string[] {
  const ours = requestBody?.content['application/json'].schema.properties ?? {};
  const typed = (name: string, types: readonly string[]) => `${name}: ${types.join(' or ')}`;
  return compare(
    'body',
    Object.entries(specified.bodyProperties).map(([name, type]) => typed(name, [type])),
    Object.entries(ours).map(([name, schema]) => typed(name, typesOf(schema))),
  );
}

function compare(what: string, theirs: readonly string[], ours: readonly string[]): string[] {
  const missing = theirs.filter((one) => !ours.includes(one)).map((one) => `${what} ${one} missing`);
  const added = ours.filter((one) => !theirs.includes(one)).map((one) => `${what} ${one} added`);
  return [...missing, ...added];
}

function membersOf(schema: Schema): readonly Schema[] {
  return schema.anyOf ?? [schema];
}

function propertiesOf(schema: Schema): string[] {
  return [...new Set(membersOf(schema).flatMap((member) => Object.keys(member.properties ?? {})))];
}

function wordsOf(schema: Schema, property: string): string[] {
  const words = membersOf(schema).flatMap((member) => {
    const { enum: several, const: one, examples = [] } = member.properties?.[property] ?? {};
    return several ?? (one === undefined ? examples : [one]);
  });
  return [...new Set(words)];
}

function typesOf(schema: Schema): string[] {
  return membersOf(schema).flatMap((member) => member.type ?? []);
}
