import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Pair, type YAMLError } from 'yaml';
import { isTreeMap, showPath, type Path, type Tree, type TreeMap } from './tree.js';
import type { Problem } from './problem.js';

/** The contents of a YAML text. Empty (null) values are omitted, as if their key were not there. */
export interface ReadYaml {
  readonly root: TreeMap;
  readonly problems: readonly Problem[];
  /**
   * Returns the line of a key, counted from 1, or that of the nearest key around it if it has no
   * line of its own.
   */
  lineOf(path: Path): number | undefined;
}

// The library's own messages may quote the text, and so a secret: only their codes are used.
const explanations: Partial<Record<YAMLError['code'], string>> = {
  BAD_INDENT: 'The indentation does not fit the lines before it, or a bracket or quote above it is not closed.',
  TAB_AS_INDENT: 'The line is indented with a tab. Use spaces: YAML allows no tabs.',
  DUPLICATE_KEY: 'This key is in the same section twice. Keep one of them.',
  MISSING_CHAR: 'A character is missing: a closing quote or bracket, or the space after a colon or comma.',
  BLOCK_AS_IMPLICIT_KEY: 'Two colons are on one line. Put the value in double quotes.',
  MULTILINE_IMPLICIT_KEY: 'A colon is missing after the key, on this line or the line before.',
  BAD_SCALAR_START: 'A value begins with a character that is reserved in YAML. Put the value in double quotes.',
  BAD_DQ_ESCAPE: 'A backslash in double quotes must be written twice, or use single quotes.',
  BAD_ALIAS: 'A value begins with *. Put it in double quotes.',
  MULTIPLE_DOCS: 'A line of --- begins a second document. Only one is read.',
};

/** Reads YAML without types: numbers and the like stay the text that was written. */
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

  const lineAt = (node: unknown) => (isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined);
  const remember = (path: Path, node: unknown) => {
    const line = lineAt(node);
    if (line !== undefined) lineByPath.set(showPath(path), line);
  };
  const complain = (path: Path, node: unknown, message: string) => {
    const line = lineAt(node);
    problems.push({ path: showPath(path), where: line === undefined ? undefined : `line ${line}`, message });
  };
  const readPair = ({ key: keyNode, value: valueNode }: Pair, path: Path): [string, Tree][] => {
    const key = isScalar(keyNode) ? textOf(keyNode) : undefined;
    if (key === undefined) {
      complain(path, keyNode, 'A key here is not plain text.');
      return [];
    }
    const here = [...path, key];
    remember(here, keyNode);
    return readNode(valueNode, here).map((value) => [key, value]);
  };
  const readNode = (node: unknown, path: Path): Tree[] => {
    if (node === null || node === undefined) return [];
    if (isScalar(node)) return [textOf(node)].filter((value) => value !== undefined);
    if (isMap(node)) return [Object.fromEntries(node.items.flatMap((pair) => readPair(pair, path)))];
    if (!isSeq(node)) {
      complain(path, node, 'References with * are not supported. Write the value out, or put it in quotes.');
      return [];
    }
    const items = node.items.flatMap((item, index) => {
      remember([...path, index], item);
      return readNode(item, [...path, index]);
    });
    return [items];
  };

  const lineOf = (path: Path): number | undefined => {
    if (path.length === 0) return undefined;
    return lineByPath.get(showPath(path)) ?? lineOf(path.slice(0, -1));
  };
  if (problems.length > 0) return { root: {}, problems, lineOf };
  const [root = {}] = readNode(document.contents, []);
  if (isTreeMap(root)) return { root, problems, lineOf };
  complain(
    [],
    document.contents,
    'The file must contain sections such as homeserver: and telegram:, each with keys of its own.',
  );
  return { root: {}, problems, lineOf };
}

/** Returns the text of a scalar as it was written, or undefined if it is empty (null). */
function textOf({ value, source }: { readonly value: unknown; readonly source?: string }): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : source;
}
