import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentedErrors } from '../../support/documented-errors.js';
import { readOpenApiFile } from '../../support/openapi-file.js';
import { differences, type DescribedOperation, type SpecifiedOperation } from '../differences.js';
import { addressDeviations, addressExtras } from './address-deviations.js';
import { addressSpecification } from './address-specification.js';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

const readProjectFile = (path: string) => readFileSync(new URL(path, new URL('../../../', import.meta.url)), 'utf8');
const file = 'client-server-v3';
const { paths } = readOpenApiFile(file) as Document;
const operations = Object.entries(paths)
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  .filter((operation) => /\/account\/3pid|\/submit_token/.test(operation));

describe('the OpenAPI file of 3PIDs of accounts', () => {
  it('has the operations of the specification and the listed additions', () => {
    const listed = [...Object.keys(addressSpecification), ...Object.keys(addressExtras)];
    expect(operations.toSorted()).toEqual(listed.toSorted());
  });

  it('differs from the specification exactly as listed', () => {
    const found = Object.entries<SpecifiedOperation>(addressSpecification).flatMap(([operation, specified]) => {
      const [method = '', path = ''] = operation.split(' ');
      const ours = paths[path]?.[method.toLowerCase()] ?? expect.fail(`${operation} is missing`);
      return differences(specified, ours).map((difference) => `${operation}: ${difference}`);
    });
    const listed = addressDeviations.map(({ operation, difference }) => `${operation}: ${difference}`);
    expect(found.toSorted()).toEqual(listed.toSorted());
  });
});

describe('the documentation of 3PIDs of accounts', () => {
  it('has a row for every error', () => {
    const described = new Set(
      operations.flatMap((operation) => {
        const [method = '', path = ''] = operation.split(' ');
        return documentedErrors(file, `${method.toLowerCase()} ${path}`);
      }),
    );
    const rows = [...readProjectFile('docs/addresses.md').matchAll(/^\| (\d{3}) +\| `(M_\w+)`/gm)];
    const listed = rows.map(([, status, errcode]) => `${status} ${errcode}`);
    expect(described.size).toBeGreaterThan(15);
    expect([...described].filter((error) => !listed.includes(error))).toEqual([]);
  });
});

describe('a deviation from the specification of 3PIDs of accounts', () => {
  const rulings = [...addressDeviations.map(({ ruling }) => ruling), ...Object.values(addressExtras)];
  it.each([...new Set(rulings)])('by ruling %i is written down', (ruling) => {
    expect(readProjectFile('docs/decisions/0006-contact-addresses.md')).toContain(`\n### ${ruling}. `);
  });
});
