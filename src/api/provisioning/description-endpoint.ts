import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import type { OpenApiDocument } from '../../http/openapi.js';
import { reply } from '../../http/reply.js';

/** GET /openapi.json, public: it tells nothing that this project does not publish. Described when it is first asked for, as that takes its time. */
export const descriptionEndpoint = defineEndpoint(
  {
    name: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    params: {},
    access: 'public',
    summary: 'This description',
    replies: { 200: { description: 'An OpenAPI 3.1 document', schema: z.looseObject({}) } },
    errors: {},
  },
  (describe: () => OpenApiDocument) => {
    let document: OpenApiDocument | undefined;
    return {
      handler: () => Promise.resolve(reply(200, (document ??= describe()))),
    };
  },
);
