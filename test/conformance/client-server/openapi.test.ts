import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documentedErrors } from '../../support/documented-errors.js';
import { readOpenApiFile } from '../../support/openapi-file.js';
import { differences, type DescribedOperation, type SpecifiedOperation } from '../differences.js';
import { beyond, deviations } from './deviations.js';
import { version1, version3 } from './specification.js';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

const readProjectFile = (path: string) => readFileSync(new URL(path, new URL('../../../', import.meta.url)), 'utf8');

/** Without those on addresses, which have a specification of their own. */
function operationsIn(paths: Document['paths']): string[] {
  return Object.entries(paths)
    .filter(([path]) => !/\/account\/3pid|\/submit_token/.test(path))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
}

describe.each([
  { version: 'v3', specification: version3 },
  { version: 'v1', specification: version1 },
] as const)('the OpenAPI file of Matrix login, $version,', ({ version, specification }) => {
  const { paths } = readOpenApiFile(`client-server-${version}`) as Document;

  it('has the operations of the specification and the listed additions', () => {
    const ours = operationsIn(paths);
    const listed = beyond.filter((entry) => entry.version === version).map(({ operation }) => operation);
    expect(ours.toSorted()).toEqual([...Object.keys(specification), ...listed].toSorted());
  });

  it('differs from the specification exactly as listed', () => {
    const found = Object.entries<SpecifiedOperation>(specification).flatMap(([operation, specified]) => {
      const [method = '', path = ''] = operation.split(' ');
      const ours = paths[path]?.[method.toLowerCase()] ?? expect.fail(`${operation} is missing`);
      return differences(specified, ours).map((difference) => `${operation}: ${difference}`);
    });
    const listed = deviations
      .filter((entry) => entry.version === version)
      .map(({ operation, difference }) => `${operation}: ${difference}`);
    expect(found.toSorted()).toEqual(listed.toSorted());
  });
});

describe('the documentation of Matrix login', () => {
  it.each(['v3', 'v1'])('has a row for every error of %s', (version) => {
    const file = `client-server-${version}`;
    const described = operationsIn((readOpenApiFile(file) as Document).paths).flatMap((operation) => {
      const [method = '', path = ''] = operation.split(' ');
      return documentedErrors(file, `${method.toLowerCase()} ${path}`);
    });
    const rows = [...readProjectFile('docs/login.md').matchAll(/^\| (\d{3}) +\| `(M_\w+)`/gm)];
    const listed = rows.map(([, status, errcode]) => `${status} ${errcode}`);
    expect(described.length).toBeGreaterThan(10);
    expect(described.filter((error) => !listed.includes(error))).toEqual([]);
  });
});

describe('a deviation from the specification of Matrix login', () => {
  it.each([...new Set([...deviations, ...beyond].map(({ ruling }) => ruling))])(
    'by ruling %i is written down',
    (ruling) => {
      expect(readProjectFile('docs/decisions/0003-matrix-login.md')).toContain(`\n### ${ruling}. `);
    },
  );
});
