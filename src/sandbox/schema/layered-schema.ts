import { parseTlLine, type TlCombinator, type TlSchema } from '../tl/schema.js';

/** A definition, or the end of one, and the first layer that it applies to. */
interface LayeredEntry {
  readonly since: number;
  readonly name: string;
  /** Undefined if the schema has no such constructor from this layer on. */
  readonly combinator: TlCombinator | undefined;
}

/**
 * Parses a schema in TL notation in which a line may begin with the first layer that it applies to,
 * as in `224: dialog#fc89f7f3 …`. It replaces earlier lines of the same name; `232: -name` removes
 * them. Lines without a layer apply to all. Returns the schema of a layer.
 */
export function parseLayeredSchema(texts: readonly string[]): (layer: number) => TlSchema {
  const entries = texts.flatMap(parseText);
  return (layer) => {
    const byName = new Map<string, TlCombinator>();
    for (const { since, name, combinator } of entries) {
      if (since > layer) continue;
      if (combinator) byName.set(name, combinator);
      else byName.delete(name);
    }
    return { byName, byId: new Map([...byName.values()].map((combinator) => [combinator.id, combinator])) };
  };
}

function parseText(text: string): LayeredEntry[] {
  const [constructors = '', functions = ''] = text.split('---functions---');
  return [...parseLines(constructors, false), ...parseLines(functions, true)];
}

function parseLines(text: string, isFunction: boolean): LayeredEntry[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, since = '0', removed, definition = ''] = /^(?:(\d+): )?(?:-([\w.]+)|(.*))$/.exec(line) ?? [];
    if (removed !== undefined) return { since: Number(since), name: removed, combinator: undefined };
    const combinator = parseTlLine(definition, isFunction);
    return { since: Number(since), name: combinator.name, combinator };
  });
}
