import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inspect, written } from './written-config.js';

/** The configuration snippets of a page. */
function configurationIn(file: string): string[] {
  const page = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^( *)```yaml\n([^]*?)^ *```/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  return blocks.filter((block) => /^(accounts|identity|delivery|outgoing|threepids):/m.test(block));
}

/** The names of its sections, for a title. */
function sectionsOf(block: string): string {
  return Object.keys(parse(block) as object).join(' and ');
}

describe.each([
  ['identity.md', 6],
  ['addresses.md', 1],
])('the configuration in docs/%s', (file, least) => {
  it('exists', () => {
    expect(configurationIn(file).length).toBeGreaterThanOrEqual(least);
  });

  const rows = configurationIn(file).map((block, index) => [index + 1, sectionsOf(block), block] as const);

  it.each(rows)('is valid except for its example names: snippet %i, %s', (_, _sections, block) => {
    const text = block
      .replaceAll('example.com', 'matrix.test')
      .replace(/the output of `[^`]+`/, '0123456789abcdef0123456789abcdef');
    const sections = parse(text) as Record<string, Record<string, unknown>>;
    const identity = { enabled: true, public_url: 'https://id.matrix.test', ...sections['identity'] };
    const files = Object.fromEntries(
      [...text.matchAll(/_file: (\/\S+)/g)].map(([, path = '']) => [path, 'what-is-in-the-file\n']),
    );
    expect(inspect(written({ ...sections, identity }), {}, files).problems).toEqual([]);
  });
});
