import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint, type Endpoint } from '../../../src/http/endpoint.js';
import { openApiDocument } from '../../../src/http/openapi.js';
import type { Answer, PageReply } from '../../../src/http/reply.js';
import { startServer, testApi, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

const html = '<!doctype html><title>ß</title>';
const shown = (acceptLanguage = 'en') => ({ html, language: acceptLanguage });

function pageEndpoint(answer: Pick<PageReply, 'css' | 'headers'> = {}): Endpoint {
  return endpoint({
    name: 'page',
    method: 'GET',
    path: '/page',
    params: {},
    access: 'public',
    summary: 'Show',
    replies: { 200: { description: 'The page', page: true, headers: { Location: 'Elsewhere.' } } },
    errors: {},
    handler: () => Promise.resolve({ status: 200 as const, page: shown, ...answer }),
  });
}

const get = (path = '/test/page') => sendRaw(server.port, { method: 'GET', path });

describe('a page', () => {
  it('loads nothing, runs nothing, cannot be framed, and reveals its address to no site', async () => {
    server = await startServer([testApi([pageEndpoint()])]);
    const { status, headers, text } = await get();
    expect({ status, text }).toEqual({ status: 200, text: html });
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-language': 'en',
      vary: 'Accept-Language',
      'content-length': String(Buffer.byteLength(html)),
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  it('has its declared style, and its own headers', async () => {
    server = await startServer([testApi([pageEndpoint({ css: 'p{}', headers: { Location: '/elsewhere' } })])]);
    const { headers } = await get();
    // printf 'p{}' | openssl dgst -sha256 -binary | base64
    expect(headers['content-security-policy']).toContain(
      "style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='",
    );
    expect(headers['location']).toBe('/elsewhere');
  });

  it('that was not declared is a defect, and so is JSON in place of a page', async () => {
    const jsonShape = { description: 'JSON', schema: z.looseObject({}) };
    const undeclared: Endpoint = { ...pageEndpoint(), replies: { 200: jsonShape } };
    const answer: Answer = { status: 200, body: {} };
    const noPage: Endpoint = { ...pageEndpoint(), name: 'other', path: '/other', run: () => Promise.resolve(answer) };
    server = await startServer([testApi([undeclared, noPage])]);
    expect((await get()).status).toBe(500);
    expect((await get('/test/other')).status).toBe(500);
    const problems = server.log.lines.filter(({ message }) => message === 'request failed');
    expect(problems.map(({ fields }) => String(fields['error']))).toEqual([
      'UndeclaredReply: page does not declare a reply 200 with a page',
      'UndeclaredReply: other does not declare a reply 200 with the properties ',
    ]);
  });

  it('that was not declared is shown, and logged, in production', async () => {
    const jsonShape = { description: 'JSON', schema: z.looseObject({}) };
    const undeclared: Endpoint = { ...pageEndpoint(), replies: { 200: jsonShape } };
    server = await startServer([testApi([undeclared])], { undeclaredReplies: 'strip' });
    expect(await get()).toMatchObject({ status: 200, text: html });
    expect(server.log.lines.map(({ message }) => message)).toContain('reply schema mismatch');
  });

  it('answers another method of its path', async () => {
    const page = pageEndpoint();
    const other: Endpoint = { ...page, name: 'other', method: 'PUT', replies: {} };
    server = await startServer([
      testApi([page], { problem: (problem) => ({ status: 405, body: { ...problem } }) }),
      testApi([page, other], {
        prefixes: ['/mixed'],
        problem: (problem) => ({ status: 405, body: { ...problem } }),
      }),
    ]);
    const told = async (path: string) => JSON.parse((await sendRaw(server.port, { method: 'POST', path })).text);
    expect(await told('/test/page')).toEqual({ kind: 'method_not_allowed', allowed: ['GET', 'HEAD'], isPage: true });
    expect(await told('/mixed/page')).toMatchObject({ allowed: ['GET', 'HEAD', 'PUT'], isPage: false });
  });

  it('is described as a page', async () => {
    server = await startServer([]);
    const { paths, components } = openApiDocument({
      title: 'Test',
      version: '1',
      description: 'Test',
      security: { name: 'secret', description: 'A secret' },
      tags: [{ name: 'Pages', description: 'Pages', paths: /^/ }],
      apis: [{ prefixes: ['/test'], endpoints: [pageEndpoint()] }],
    });
    expect(paths).toMatchObject({
      '/page': { get: { responses: { 200: { $ref: '#/components/responses/OKPage' } } } },
    });
    expect(components).toMatchObject({
      responses: {
        OKPage: {
          description: 'The page',
          headers: { Location: { description: 'Elsewhere.' } },
          content: { 'text/html': { schema: { type: 'string' } } },
        },
      },
    });
  });
});
