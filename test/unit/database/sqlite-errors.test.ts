import sqlite3 from 'sqlite3';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { DatabaseFailure } from '../../../src/database/failure.js';
import { explainSqlite } from '../../../src/database/sqlite-errors.js';

const path = '/data/gangway.db';
const meaningOf = (code: string) => {
  const error = new QueryFailedError('SELECT', [], Object.assign(new Error(code), { code }));
  const explained = explainSqlite(error, path);
  if (!(explained instanceof DatabaseFailure)) return 'defect';
  return 'reason' in explained.details ? explained.details.reason : explained.details.kind;
};

/** The primary result codes (https://www.sqlite.org/rescode.html). */
const meanings: Readonly<Record<string, readonly string[]>> = {
  busy: ['BUSY', 'LOCKED', 'PROTOCOL', 'SCHEMA', 'INTERRUPT'],
  not_permitted: ['PERM', 'READONLY', 'AUTH'],
  io_error: ['IOERR', 'NOMEM', 'NOLFS'],
  disk_full: ['FULL'],
  damaged: ['CORRUPT'],
  not_sqlite: ['NOTADB'],
  unopenable: ['CANTOPEN'],
  defect: [
    'ERROR',
    'INTERNAL',
    'ABORT',
    'NOTFOUND',
    'EMPTY',
    'TOOBIG',
    'CONSTRAINT',
    'MISMATCH',
    'MISUSE',
    'FORMAT',
    'RANGE',
  ],
};
const decided = Object.entries(meanings).flatMap(([meaning, names]) =>
  names.map((name) => [`SQLITE_${name}`, meaning]),
);

describe('an error of a SQLite query', () => {
  it.each(decided)('%s is %s', (code, meaning) => {
    expect(meaningOf(code ?? '')).toBe(meaning);
  });

  it('has a decision for every result code of the driver', () => {
    const successes = ['OK', 'ROW', 'DONE'];
    const codes = Object.entries(sqlite3)
      .filter(([name, value]) => typeof value === 'number' && value < 100 && !/^(OPEN|LIMIT|VERSION|SQLITE)/.test(name))
      .map(([name]) => name);
    expect(codes.length).toBeGreaterThan(20);
    const known = decided.map(([code]) => code?.replace('SQLITE_', ''));
    expect(codes.filter((name) => !known.includes(name) && !successes.includes(name))).toEqual([]);
  });
});
