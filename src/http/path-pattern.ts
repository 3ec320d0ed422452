import type { PathParameter } from './endpoint.js';
import { HttpFailure } from './problem.js';

/** A path template made ready for matching. */
export interface PathPattern {
  /**
   * Matches a whole path as it came, before percent-decoding, and captures each parameter in its
   * turn.
   */
  readonly regexp: RegExp;
  /** The captures by name, percent-decoded; throws the problem `path_malformed`. */
  readonly params: (captures: readonly string[]) => Record<string, string>;
}

const placeholder = /\{([^}]+)\}/;

/**
 * Compiles a prefix and a path such as `/some/{name}`; a parameter's own pattern must capture
 * nothing.
 */
export function compilePath(
  prefix: string,
  template: string,
  parameters: Readonly<Record<string, PathParameter>>,
): PathPattern {
  const names: string[] = [];
  const source = template
    .split(placeholder)
    .map((part, index) => {
      if (index % 2 === 0) return escapeRegExp(part);
      names.push(part);
      return `(${parameters[part]?.pattern ?? '[^/]+'})`;
    })
    .join('');
  return {
    regexp: new RegExp(`^${escapeRegExp(prefix)}${source}$`),
    params: (captures) => Object.fromEntries(names.map((name, index) => [name, decode(captures[index] ?? '')])),
  };
}

function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    // PostgreSQL rejects a statement with such a text.
    if (!decoded.includes('\0')) return decoded;
  } catch {
    // It is not percent-encoded.
  }
  throw new HttpFailure({ kind: 'path_malformed' });
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
