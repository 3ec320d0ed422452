import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { DatabaseFailure } from '../../../src/database/failure.js';
import { explainConnecting, explainQuery } from '../../../src/database/postgres-errors.js';

const target = {
  kind: 'postgres',
  uri: new Secret('postgres://user:password@db/gangway'),
  server: 'db:5432',
  database: 'gangway',
} as const;

/** An error in the format of the server. */
const reported = (state: string) => Object.assign(new Error(`state ${state}`), { code: state, severity: 'ERROR' });
const kindOf = (state: string) => {
  const explained = explainQuery(new QueryFailedError('SELECT', [], reported(state)), target);
  return explained instanceof DatabaseFailure ? explained.details.kind : 'defect';
};

/**
 * Every class of PostgreSQL's appendix "PostgreSQL Error Codes", with the codes that have a meaning
 * of their own.
 */
const classes: readonly (readonly [meaning: string, states: readonly string[]])[] = [
  ['unreachable', ['08000', '08001', '08003', '08004', '08006', '08007', '08P01', '0800Z']],
  ['unreachable', ['25P03', '25P04', '53300', '57P01', '57P02', '57P03', '57P05']],
  ['access_denied', ['28000', '28P01', '42501']],
  ['database_missing', ['3D000', '57P04']],
  [
    'busy',
    ['40000', '40001', '40002', '40003', '40P01', '55000', '55006', '55P02', '55P03', '55P04', '57014', '72000'],
  ],
  ['server_failing', ['25006', '53000', '53100', '53200', '53400', '5300Z', '57000', '5700Z']],
  ['server_failing', ['58000', '58030', '58P01', '58P02', '58P03', 'F0000', 'F0001', 'XX000', 'XX001', 'XX002']],
  ['defect', ['02000', '03000', '09000', '0A000', '0B000', '0F000', '0L000', '0P000', '0Z000', '20000', '21000']],
  [
    'defect',
    ['22001', '22P02', '23502', '23503', '23505', '23514', '24000', '25000', '25001', '25P01', '25P02', '26000'],
  ],
  [
    'defect',
    ['27000', '2B000', '2D000', '2F000', '34000', '38000', '39000', '3B000', '3F000', '42601', '42703', '42P01'],
  ],
  ['defect', ['44000', '54000', '54001', 'HV000', 'P0000', 'P0001']],
];

describe('an error of a PostgreSQL query', () => {
  it.each(classes.flatMap(([meaning, states]) => states.map((state) => [state, meaning] as const)))(
    '%s is %s',
    (state, meaning) => {
      expect(kindOf(state)).toBe(meaning);
    },
  );

  it('without a state of the server is a lost connection', () => {
    const error = new QueryFailedError(
      'SELECT',
      [],
      Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    );
    expect(explainQuery(error, target)).toMatchObject({ details: { kind: 'unreachable', server: 'db:5432' } });
  });

  it('keeps the state of a read-only server', () => {
    expect(explainConnecting(reported('53100'), target).details).toEqual({
      kind: 'server_failing',
      server: 'db:5432',
      sqlState: '53100',
    });
  });
});
