import { isTreeMap, type Tree } from './tree.js';

const plain = /^[A-Za-z0-9/][A-Za-z0-9_./:@+-]*$/;
const indentation = '  ';

/** A key and its value as lines of YAML that read back to the same tree. */
export function yamlLines(key: string, value: Tree): string[] {
  if (typeof value === 'string') return [`${yamlText(key)}: ${yamlText(value)}`];
  const isEmpty = isTreeMap(value) ? Object.keys(value).length === 0 : value.length === 0;
  if (isEmpty) return [`${yamlText(key)}: ${isTreeMap(value) ? '{}' : '[]'}`];
  return [`${yamlText(key)}:`, ...nestedLines(value).map((line) => indentation + line)];
}

/** A single value as YAML, quoted where it must be. */
export function yamlText(text: string): string {
  return plain.test(text) && !text.endsWith(':') && !/^(null|true|false|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function nestedLines(value: Exclude<Tree, string>): string[] {
  if (isTreeMap(value)) return Object.entries(value).flatMap(([key, item]) => yamlLines(key, item));
  return value.flatMap((item) => {
    const lines = typeof item === 'string' ? [yamlText(item)] : nestedLines(item);
    return lines.map((line, index) => (index === 0 ? `- ${line}` : indentation + line));
  });
}
