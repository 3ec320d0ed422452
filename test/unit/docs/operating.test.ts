import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auditActors, auditEvents } from '../../../src/base/audit.js';

const operating = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');

/** Returns the first column of the table whose heading begins with that word. */
function firstColumn(heading: string): readonly string[] {
  const lines = operating.split('\n');
  const rows = lines.slice(lines.findIndex((line) => line.startsWith(`| ${heading} `)) + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? row);
}

describe('docs/operating.md', () => {
  it.each([
    ['event', auditEvents],
    ['actor', auditActors],
  ])('has a row for each %s of the audit log, and no other', (heading, known) => {
    expect(firstColumn(heading).toSorted()).toEqual([...known].toSorted());
  });
});
