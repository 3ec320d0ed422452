import { parseAst } from 'vitest/node';

/** The kinds of mutants. */
export type MutantKind = 'condition' | 'logic' | 'comparison' | 'guard' | 'call' | 'boolean';

/** One change of a source text that a test should notice. */
export interface Mutant {
  readonly kind: MutantKind;
  /** Offsets of the replaced text. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const swapped: ReadonlyMap<string, string> = new Map([
  ['&&', '||'],
  ['||', '&&'],
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['===', '!=='],
  ['!==', '==='],
]);
const leaving: ReadonlySet<string> = new Set([
  'ReturnStatement',
  'ThrowStatement',
  'ContinueStatement',
  'BreakStatement',
]);
/** Nodes of TypeScript that contain code. All others contain only types. */
const typedCode: ReadonlySet<string> = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

/**
 * Returns the mutants of a TypeScript module: negated conditions, swapped operators and booleans,
 * dropped guards (`if (…) return`) and dropped calls (`await …;`).
 */
export function mutantsOf(source: string): readonly Mutant[] {
  const found: Mutant[] = [];
  const text = ({ start, end }: Node) => source.slice(start, end);
  const add = (kind: MutantKind, { start, end }: Pick<Node, 'start' | 'end'>, replacement: string) =>
    found.push({ kind, start, end, replacement });

  function collect(node: Node): void {
    if (node.type.startsWith('TS') && !typedCode.has(node.type)) return;
    const { test, left, right, operator, expression } = node;
    if ((node.type === 'IfStatement' || node.type === 'ConditionalExpression') && isNode(test)) {
      add('condition', test, `!(${text(test)})`);
      if (isGuard(node)) add('guard', node, ';');
    }
    if (isNode(left) && isNode(right) && typeof operator === 'string') {
      const kind = node.type === 'LogicalExpression' ? 'logic' : 'comparison';
      const other = swapped.get(operator);
      const between = { start: left.end, end: right.start };
      if (other !== undefined) add(kind, between, source.slice(left.end, right.start).replace(operator, other));
    }
    if (node.type === 'ExpressionStatement' && isNode(expression) && expression.type === 'AwaitExpression') {
      add('call', node, ';');
    }
    if (node.type === 'Literal' && typeof node['value'] === 'boolean') add('boolean', node, String(!node['value']));
    for (const value of Object.values(node)) {
      for (const child of [value].flat()) if (isNode(child)) collect(child);
    }
  }

  collect(parseAst(source, { lang: 'ts' }) as unknown as Node);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Returns whether the statement only leaves the function or loop under a condition. */
function isGuard({ type, alternate, consequent }: Node): boolean {
  if (type !== 'IfStatement' || isNode(alternate) || !isNode(consequent)) return false;
  const body = consequent['body'];
  const statements = Array.isArray(body) ? (body as unknown[]) : [consequent];
  const [only] = statements;
  return statements.length === 1 && isNode(only) && leaving.has(only.type);
}
