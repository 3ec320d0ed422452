import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { DatabaseFailure } from '../../../src/database/failure.js';
import { parseDatabaseUri } from '../../../src/database/uri.js';

const parse = (text: string) => parseDatabaseUri(new Secret(text));

describe('the database URI', () => {
  it('names a SQLite file or memory', () => {
    expect(parse('sqlite:data/gangway.db')).toEqual({ kind: 'sqlite', path: 'data/gangway.db', inMemory: false });
    expect(parse('sqlite:/data/gangway.db')).toEqual({ kind: 'sqlite', path: '/data/gangway.db', inMemory: false });
    expect(parse('sqlite::memory:')).toEqual({ kind: 'sqlite', path: ':memory:', inMemory: true });
  });

  it('names a PostgreSQL server and database, with either scheme and the default port', () => {
    expect(parse('postgres://u:p@db.example.org/gangway')).toMatchObject({
      kind: 'postgres',
      server: 'db.example.org:5432',
      database: 'gangway',
    });
    expect(parse('postgresql://u:p%40@[::1]:5433/g?sslmode=require')).toMatchObject({
      server: '[::1]:5433',
      database: 'g',
    });
    expect(parse('postgres:///gangway?host=/run/postgresql')).toMatchObject({ server: '/run/postgresql:5432' });
  });

  it.each([
    'mysql://u:hunter2@localhost/gangway',
    'gangway.db',
    '',
    'sqlite:',
    'sqlite:///gangway.db',
    'postgres://u:hunter2@localhost',
    'postgres://u:hunter2@localhost/',
    'postgres://u:hunter2%zz@localhost/gangway',
    'postgres://u:hunter2@local host/gangway',
  ])('is rejected with advice that shows nothing of it: %s', (text) => {
    let refusal: unknown;
    try {
      parse(text);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(DatabaseFailure);
    expect(refusal).toMatchObject({ details: { kind: 'uri_invalid', problem: expect.stringMatching(/\.$/) } });
    expect(JSON.stringify(refusal)).not.toContain('hunter2');
  });
});
