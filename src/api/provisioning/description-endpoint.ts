import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import type { OpenApiDocument } from '../../http/openapi.js';
import { reply } from '../../http/reply.js';

/**
 * GET /openapi.json, public: it contains only what this project publishes. Generated at the first
 * request because generation is slow.
 */
export const descriptionEndpoint = defineEndpoint(
  {
    name: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    params: {},
    access: 'public',
    summary: 'Get this OpenAPI document',
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
