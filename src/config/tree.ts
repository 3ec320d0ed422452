/**
 * A configuration value as read from the file or the environment. Values that are no list or map
 * are text, for the schema to parse.
 */
export type Tree = string | readonly Tree[] | TreeMap;

/** Named configuration values. */
export interface TreeMap {
  readonly [key: string]: Tree;
}

/** The location of a value in the configuration: keys, and positions in lists. */
export type Path = readonly (string | number)[];

/** Returns whether the value is a map. */
export function isTreeMap(tree: Tree | undefined): tree is TreeMap {
  return typeof tree === 'object' && !Array.isArray(tree);
}

/** Returns whether the value is a list. */
export function isList(tree: Tree | undefined): tree is readonly Tree[] {
  return Array.isArray(tree);
}

/** Returns a path in the usual notation: `telegram.data_centres[0].ip`. */
export function showPath(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${showKey(part)}`))
    .join('');
}

function showKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}

/** Returns the value at the path, or undefined if there is none. */
export function valueAt(root: TreeMap, path: Path): Tree | undefined {
  let value: Tree | undefined = root;
  for (const key of path) value = child(value, key);
  return value;
}

/**
 * Returns a copy with another value at the path. Missing maps on the way are created. Undefined
 * removes the value.
 */
export function withValueAt(root: TreeMap, path: Path, value: Tree | undefined): TreeMap {
  const [key, ...rest] = path;
  if (key === undefined) return root;
  const entries = Object.entries(root).filter(([name]) => name !== String(key));
  const next = withValueIn(child(root, key), rest, value);
  return Object.fromEntries(next === undefined ? entries : [...entries, [key, next]]);
}

function withValueIn(current: Tree | undefined, path: Path, value: Tree | undefined): Tree | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (!isList(current)) return withValueAt(isTreeMap(current) ? current : {}, path, value);
  const items = current.map((item, index) => (index === key ? withValueIn(item, rest, value) : item));
  return items.filter((item) => item !== undefined);
}

function child(tree: Tree | undefined, key: string | number): Tree | undefined {
  if (isList(tree)) return typeof key === 'number' ? tree[key] : undefined;
  return isTreeMap(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
}
