import { isTreeMap, type Tree } from './tree.js';

const plain = /^[A-Za-z0-9/][A-Za-z0-9_./:@+-]*$/;
const indentation = '  ';

/** Returns a key and its value as lines of YAML that parse to the same tree. */
export function yamlLines(key: string, value: Tree): string[] {
  const onOneLine = shortYaml(value);
  if (onOneLine !== undefined) return [`${yamlText(key)}: ${onOneLine}`];
  return [`${yamlText(key)}:`, ...longYaml(value).map((line) => indentation + line)];
}

function shortYaml(value: Tree): string | undefined {
  if (typeof value === 'string') return yamlText(value);
  if (isTreeMap(value)) return Object.keys(value).length === 0 ? '{}' : undefined;
  return value.length === 0 ? '[]' : undefined;
}

/** Returns a value as lines of YAML, below its key. */
export function longYaml(value: Tree): string[] {
  const onOneLine = shortYaml(value);
  if (onOneLine !== undefined || typeof value === 'string') return [onOneLine ?? ''];
  if (isTreeMap(value)) return Object.entries(value).flatMap(([key, item]) => yamlLines(key, item));
  return value.flatMap((item) => longYaml(item).map((line, index) => (index === 0 ? `- ${line}` : indentation + line)));
}

function yamlText(text: string): string {
  return plain.test(text) && !text.endsWith(':') && !/^(null|yes|no|on|off)$/i.test(text) ? text : JSON.stringify(text);
}
