import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes } from './error-shapes.js';

// The versions of the identity service specification that are supported.
const versions = [
  'r0.1.0',
  'r0.2.0',
  'r0.2.1',
  'r0.3.0',
  ...Array.from({ length: 18 }, (_, index) => `v1.${index + 1}`),
];

/** GET /versions */
export const supportedVersions = defineEndpoint(
  {
    name: 'versions',
    operationId: 'getVersions',
    method: 'GET',
    path: '/versions',
    params: {},
    access: 'public',
    summary: 'Get the supported versions of the specification',
    replies: { 200: { description: 'The versions', schema: z.object({ versions: z.array(z.string()) }) } },
    errors: errorShapes(['defect']),
  },
  () => ({
    handler: () => Promise.resolve(reply(200, { versions })),
  }),
);

/** Returns GET of the prefix of a version, which shows that there is an identity service. */
export function ping(version: 'v1' | 'v2') {
  return defineEndpoint(
    {
      name: `ping_${version}`,
      operationId: version === 'v1' ? 'ping' : 'pingV2',
      method: 'GET',
      path: version === 'v1' ? '/api/v1' : '/v2',
      params: {},
      access: 'public',
      summary: 'Check that there is an identity service',
      replies: { 200: { description: 'There is an identity service', schema: z.object({}) } },
      errors: errorShapes(['defect']),
    },
    () => ({
      handler: () => Promise.resolve(reply(200, {})),
    }),
  );
}
