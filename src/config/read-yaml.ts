import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml';
import { showPath, type Path, type Tree, type TreeMap } from './tree.js';
import type { Problem } from './problem.js';

/** What a YAML text holds. Empty (null) values are left out, as if their key were not there. */
export interface ReadYaml {
  readonly root: TreeMap;
  readonly problems: readonly Problem[];
  /** The line of a key, counted from 1; that of the nearest key around it where it has none of its own. */
  lineOf(path: Path): number | undefined;
}

// The library's own messages may quote the text, and so a secret: only their codes are used.
const explanations: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'The indentation does not fit the lines before it.',
  TAB_AS_INDENT: 'The line is indented with a tab. YAML takes spaces only.',
  DUPLICATE_KEY: 'This key is in the same section twice. Keep one of them.',
  MISSING_CHAR: 'A character is missing: a closing quote or bracket, or the space after a colon or comma.',
  BLOCK_AS_IMPLICIT_KEY: 'Two colons are on one line. Put the value in double quotes.',
  MULTILINE_IMPLICIT_KEY: 'A colon is missing after the key, on this line or the line before.',
  BAD_SCALAR_START: 'A value begins with a character that is reserved in YAML. Put the value in double quotes.',
  BAD_DQ_ESCAPE: 'A backslash in double quotes must be written twice, or use single quotes.',
  BAD_ALIAS: 'A value begins with *. Put it in double quotes.',
  MULTIPLE_DOCS: 'A line of --- begins a second document. Only one is read.',
};

/** Reads YAML without giving it meaning: numbers and the like stay the text that was written. */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: false });
  const problems: Problem[] = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const why =
      explanations[error.code] ?? `This is not valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')}).`;
    return { path: '', where: `line ${line}, column ${col}`, message: why };
  });
  const lineByPath = new Map<string, number>();

  const complain = (node: Node | null, path: Path, message: string) => {
    const line = node?.range ? lines.linePos(node.range[0]).line : undefined;
    problems.push({ path: showPath(path), where: line === undefined ? undefined : `line ${line}`, message });
    return undefined;
  };
  const readPair = (pair: Pair<unknown, unknown>, path: Path): [string, Tree] | undefined => {
    const { key: keyNode, value: valueNode } = pair;
    if (!isScalar(keyNode)) return complain(null, path, 'A key here is not plain text.');
    const key = typeof keyNode.value === 'string' ? keyNode.value : (keyNode.source ?? '');
    const here = [...path, key];
    if (keyNode.range) lineByPath.set(showPath(here), lines.linePos(keyNode.range[0]).line);
    const value = readNode(valueNode, here);
    return value === undefined ? undefined : [key, value];
  };
  const readNode = (node: unknown, path: Path): Tree | undefined => {
    if (isScalar(node)) {
      if (node.value === null || node.value === undefined) return undefined;
      return typeof node.value === 'string' ? node.value : (node.source ?? '');
    }
    if (isMap(node)) return Object.fromEntries(node.items.flatMap((pair) => onlyDefined(readPair(pair, path))));
    if (isSeq(node)) {
      return node.items.flatMap((item, index) => {
        const here = [...path, index];
        if (isScalar(item) && item.range) lineByPath.set(showPath(here), lines.linePos(item.range[0]).line);
        return onlyDefined(readNode(item, here));
      });
    }
    if (isAlias(node))
      return complain(
        node,
        path,
        'References with * are not understood here. Write the value out, or put it in quotes.',
      );
    return undefined;
  };

  const lineOf = (path: Path): number | undefined => {
    if (path.length === 0) return undefined;
    return lineByPath.get(showPath(path)) ?? lineOf(path.slice(0, -1));
  };
  if (problems.length > 0) return { root: {}, problems, lineOf };
  const root = readNode(document.contents, []) ?? {};
  if (typeof root === 'object' && !Array.isArray(root)) return { root: root as TreeMap, problems, lineOf };
  complain(
    document.contents,
    [],
    'The file must hold sections such as homeserver: and telegram:, each with keys of its own.',
  );
  return { root: {}, problems, lineOf };
}

function onlyDefined<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
