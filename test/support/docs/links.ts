import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Page } from './pages.js';

/** A link that leads nowhere. */
export interface BrokenLink {
  readonly line: number;
  readonly target: string;
  readonly why: string;
}

/** Returns the relative links of a page that do not lead to a file, or to a heading in it. */
export function brokenLinks(page: Page, root: string): BrokenLink[] {
  return linksIn(page.text).flatMap(({ line, target }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page.path : normalize(join(dirname(page.path), decodeURIComponent(path)));
    const why = whyBroken(file, anchor, page, root);
    return why === undefined ? [] : [{ line, target, why }];
  });
}

function whyBroken(file: string, anchor: string | undefined, page: Page, root: string): string | undefined {
  let text = page.text;
  if (file !== page.path) {
    const path = join(root, file);
    if (file.startsWith('..') || !existsSync(path)) return 'there is no such file';
    if (anchor === undefined) return undefined;
    if (statSync(path).isDirectory() || !file.endsWith('.md')) return 'only pages have headings';
    text = readFileSync(path, 'utf8');
  }
  return anchor === undefined || anchorsIn(text).has(anchor) ? undefined : 'there is no such heading';
}

/** Returns the targets of links and images of a page, outside of code. */
export function linksIn(text: string): { readonly line: number; readonly target: string }[] {
  return withoutCode(text).flatMap((content, index) => {
    const inline = [...content.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
    const html = [...content.matchAll(/\b(?:href|src)="([^"]+)"/g)];
    const references = [...content.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?$/g)];
    return [...inline, ...html, ...references].map(([, target = '']) => ({ line: index + 1, target }));
  });
}

/** Returns the anchors of the headings of a page, as GitHub makes them. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const content of withoutFences(text)) {
    const [, heading] = /^#{1,6} +(.+?)(?: +#+)?$/.exec(content) ?? [];
    if (heading !== undefined) {
      const plain = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
      const base = plain
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-');
      let anchor = base;
      for (let count = 1; anchors.has(anchor); count += 1) anchor = `${base}-${count}`;
      anchors.add(anchor);
    }
    for (const [, id = ''] of content.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  }
  return anchors;
}

/** The lines of the page, empty inside fenced blocks. */
function withoutFences(text: string): string[] {
  let fence: string | undefined;
  return text.split('\n').map((line) => {
    const [, opened] = /^[ >]*(```+|~~~+)/.exec(line) ?? [];
    if (fence === undefined && opened === undefined) return line;
    if (fence === undefined) fence = opened;
    else if (line.trim() === fence) fence = undefined;
    return '';
  });
}

function withoutCode(text: string): string[] {
  return withoutFences(text).map((line) => line.replaceAll(/(`+)(?:(?!\1).)+\1/g, ''));
}
