import { describe, expect, it } from 'vitest';
import { apiFiles } from '../../../src/api/generated-files.js';
import { clientFiles } from '../../../src/cli/client-files.js';
import { typeOf, type Schema } from '../../../src/cli/client-types.js';

const documents = apiFiles.filter(({ path }) => path.endsWith('.json'));

describe.each(documents.map(({ path, render }) => [path, render] as const))('%s', (path, render) => {
  it(`refers only to its own parts: ${path}`, () => {
    const document: unknown = JSON.parse(render());
    const references = [...render().matchAll(/"\$ref": "([^"]+)"/g)].map(([, reference = '']) => reference);
    const missing = references.filter((reference) => {
      let part = document;
      for (const name of reference.replace('#/', '').split('/')) {
        part = (part as Record<string, unknown> | undefined)?.[name];
      }
      return part === undefined;
    });
    expect(missing).toEqual([]);
  });
});

it('each OpenAPI file has a file of the client, with every operation', () => {
  const files = clientFiles(apiFiles);
  expect(files).toHaveLength(documents.length);
  for (const [index, { render }] of documents.entries()) {
    const { paths } = JSON.parse(render()) as { readonly paths: Readonly<Record<string, object>> };
    const operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const names = [...(files[index]?.render() ?? '').matchAll(/^ {2}readonly "([A-Z]+ [^"]*)": \{$/gm)].map(
      ([, name]) => name,
    );
    expect(names).toEqual(operations);
  }
});

describe('the type of a schema', () => {
  const rows: readonly (readonly [Schema | boolean, string])[] = [
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ enum: ['a', 1, null] }, '"a" | 1 | null'],
    [{ const: false }, 'false'],
    [{ $ref: '#/components/schemas/Login.Step' }, 'Login_Step'],
    [{ anyOf: [{ type: 'string' }, { type: 'string' }] }, 'string'],
    [{ oneOf: [{ type: 'string' }, { type: 'boolean' }] }, 'string | boolean'],
    [{ allOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }] }, '(A) & (B)'],
    [{ type: 'array', items: { type: ['string', 'null'] } }, 'readonly (string | null)[]'],
    [{ type: 'array', prefixItems: [{ type: 'string' }], items: false }, 'readonly [string]'],
    [{ type: 'array', prefixItems: [{ type: 'string' }] }, 'readonly [string, ...(unknown)[]]'],
    [{ type: 'object' }, 'Readonly<Record<string, unknown>>'],
    [{ type: 'object', properties: {} }, 'Readonly<Record<string, never>>'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, '{\nreadonly [name: string]: string;\n}'],
    [
      {
        type: 'object',
        properties: { a: { type: 'string' } },
        required: ['a'],
        additionalProperties: { type: 'null' },
      },
      '{\nreadonly a: string;\nreadonly [name: string]: unknown;\n}',
    ],
    [
      { type: 'object', properties: { 'a.b': { type: 'string', description: 'An end: */' } } },
      '{\n/** An end: *\\/ */\nreadonly "a.b"?: string;\n}',
    ],
    [{}, 'unknown'],
    [true, 'unknown'],
    [false, 'never'],
  ];

  it.each(rows.map(([schema, type]) => [JSON.stringify(schema), type, schema] as const))('%s', (_, type, schema) =>
    expect(typeOf(schema)).toBe(type),
  );
});
