import { z } from 'zod';
import { endpoint, type Endpoint } from '../../http/endpoint.js';
import type { OpenApiDocument } from '../../http/openapi.js';
import { reply } from '../../http/reply.js';

/** GET /openapi.json, public: it tells nothing that this project does not publish. Described when it is first asked for, as that takes its time. */
export function descriptionEndpoint(describe: () => OpenApiDocument): Endpoint {
  let document: OpenApiDocument | undefined;
  return endpoint({
    name: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    params: {},
    access: 'public',
    summary: 'This description',
    replies: { 200: { description: 'An OpenAPI 3.1 document', schema: z.looseObject({}) } },
    errors: {},
    handler: () => Promise.resolve(reply(200, (document ??= describe()))),
  });
}
