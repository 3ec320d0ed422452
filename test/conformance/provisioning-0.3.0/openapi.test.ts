import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiFiles, describedEndpoints } from '../../../src/api/generated-files.js';
import { isPage } from '../../../src/http/endpoint.js';
import { toJsonSchema } from '../../../src/http/openapi-components.js';
import { prefix, startProvisioning } from '../../support/provisioning.js';
import { additions, deviations } from './deviations.js';
import { readOpenApiFile } from '../../support/openapi-file.js';
import { differences, type DescribedOperation } from '../differences.js';
import { specification } from './specification.js';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

const project = new URL('../../../', import.meta.url);
const readProjectFile = (path: string) => readFileSync(new URL(path, project), 'utf8');
const openApiPath = 'docs/openapi/provisioning-0.3.0.json';

describe('the OpenAPI file', () => {
  it.each(apiFiles)('$path is generated from the endpoints', ({ path, render }) => {
    expect(readProjectFile(path)).toBe(render());
  });

  it('is served without a secret, as it is published', async () => {
    const api = await startProvisioning({ fromTelegram: 'ask' });
    try {
      const reply = await api.send({ method: 'GET', path: '/openapi.json' });
      expect(reply.status).toBe(200);
      expect(JSON.parse(reply.text)).toEqual(JSON.parse(readProjectFile(openApiPath)));
      expect(JSON.parse(reply.text)).toMatchObject({ openapi: '3.1.0', servers: [{ url: prefix }] });
    } finally {
      await api.close();
    }
  });

  it('has the operations of the specification and the listed additions', () => {
    const ours = Object.entries(described().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const listed = additions.map(({ endpoint }) => endpoint);
    expect(ours.toSorted()).toEqual([...Object.keys(specification), ...listed].toSorted());
  });

  it('differs from the specification exactly as listed', () => {
    const found = Object.entries(specification).flatMap(([endpoint, specified]) => {
      const [method = '', path = ''] = endpoint.split(' ');
      const ours = described().paths[path]?.[method.toLowerCase()] ?? expect.fail(`${endpoint} is missing`);
      return differences(specified, { ...ours, responses: declaredResponses(ours.operationId) }).map(
        (difference) => `${specified.operationId}: ${difference}`,
      );
    });
    const listed = deviations.flatMap(({ operations, difference }) =>
      operations.map((operationId) => `${operationId}: ${difference}`),
    );
    expect(found.toSorted()).toEqual(listed.toSorted());
  });

  it.each([...new Set([...deviations, ...additions].map(({ ruling }) => ruling))])(
    'deviates by ruling %i, which is written down',
    (ruling) => {
      expect(readProjectFile('docs/decisions/0001-provisioning-0.3.0-wire.md')).toContain(`\n### ${ruling}. `);
    },
  );
});

function described(): Document {
  return readOpenApiFile('provisioning-0.3.0') as Document;
}

/**
 * Returns the responses with the errcodes of this operation alone. In the file, operations share
 * the schemas of their errors.
 */
function declaredResponses(operationId: string): DescribedOperation['responses'] {
  const declared = describedEndpoints.find((endpoint) => endpoint.operationId === operationId);
  const shapes = Object.entries({ ...declared?.errors, ...declared?.replies });
  const responses = shapes.map(([status, shape]) => [
    status,
    isPage(shape) ? {} : { content: { 'application/json': { schema: toJsonSchema(shape.schema) } } },
  ]);
  return Object.fromEntries(responses) as DescribedOperation['responses'];
}
