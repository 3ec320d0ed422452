import { oneLine } from '../base/untrusted-text.js';

/** A value of a cell. */
export type Cell = string | number | boolean | null | undefined;

/** Returns a table for a terminal, with a line of headings. Empty if there are no rows. */
export function renderTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '';
  const lines = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(show))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const pad = (text: string, column: number) => text.padEnd(widths[column] ?? 0);
  return lines.map((line) => `${line.map(pad).join('  ').trimEnd()}\n`).join('');
}

/** Returns a time for a terminal, or undefined if the value is no time. */
export function showTime(epochMs: unknown): string | undefined {
  return typeof epochMs === 'number' ? new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z') : undefined;
}

/** Texts may come from other servers: controls would be obeyed by the terminal. */
function show(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? '-' : oneLine(String(cell));
}
