import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint, rawBytes, type Endpoint } from '../../../src/http/endpoint.js';
import type { InputSource } from '../../../src/http/read-input.js';
import { reply } from '../../../src/http/reply.js';
import { startServer, testApi, type TestServer } from '../../support/http-server.js';
import { sendRaw, type RawRequest } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

const error = { description: 'Error', schema: z.looseObject({ errcode: z.string() }) };

/** Answers with its input. */
function echo(method: 'GET' | 'POST', bodyFrom: InputSource): Endpoint {
  return endpoint({
    name: `${method} ${bodyFrom}`,
    method,
    path: '/echo',
    params: {},
    access: 'public',
    summary: 'Echo',
    body: z.unknown(),
    bodyFrom,
    replies: { 200: { description: 'The input', schema: z.looseObject({}) } },
    errors: { 400: error, 413: error, 415: error },
    handler: ({ body }) => Promise.resolve(reply(200, { body })),
  });
}

async function inputOf(bodyFrom: InputSource, { method = 'POST', path = '', headers = {}, body }: Partial<RawRequest>) {
  server = await startServer([testApi([echo(method === 'GET' ? 'GET' : 'POST', bodyFrom)])]);
  const { status, text } = await sendRaw(server.port, {
    method,
    path: `/test/echo${path}`,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const json = JSON.parse(text) as { body?: unknown; errcode?: unknown };
  return status === 200 ? json.body : `${status} ${String(json.errcode)}`;
}

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the input of an endpoint', () => {
  it.each<[string, Partial<RawRequest>, unknown]>([
    ['none', {}, {}],
    ['none in chunks', { headers: { 'transfer-encoding': 'chunked' } }, {}],
    ['an object', { body: '{"a":1}' }, { a: 1 }],
    ['null', { body: 'null' }, null],
    ['a space', { body: ' ' }, '400 body_not_json'],
    ['what is not JSON', { body: '{' }, '400 body_not_json'],
  ])('from JSON that may be absent: %s', async (_title, request, input) => {
    expect(await inputOf('optional_json', request)).toEqual(input);
  });

  it.each<[string, Partial<RawRequest>, unknown]>([
    ['none', {}, {}],
    ['texts', { path: '?a=1&b=x%20y+z' }, { a: '1', b: 'x y z' }],
    ['the first of several', { path: '?a=1&a=2' }, { a: '1' }],
    [
      'names that are special',
      { path: '?__proto__=1&constructor=2' },
      JSON.parse('{"__proto__":"1","constructor":"2"}'),
    ],
    ['no body', { path: '?a=1', body: '{"a":2}', headers: { 'content-length': '7' } }, { a: '1' }],
  ])('from the query: %s', async (_title, request, input) => {
    expect(await inputOf('query', { method: 'GET', ...request })).toEqual(input);
  });

  it.each<[string, Partial<RawRequest>, unknown]>([
    ['nothing at all', {}, {}],
    ['a query without a body', { path: '?a=1' }, { a: '1' }],
    ['a query with an empty body of JSON', { path: '?a=1', headers: json }, { a: '1' }],
    ['a query with null', { path: '?a=1', headers: json, body: ' null' }, { a: '1' }],
    ['JSON, and not the query', { path: '?a=1&b=2', headers: json, body: '{"a":2}' }, { a: 2 }],
    ['JSON with parameters', { headers: { 'content-type': 'Application/JSON; charset=utf-8' }, body: '[1]' }, [1]],
    ['a form', { headers: form, body: 'a=1&b=x+y%26' }, { a: '1', b: 'x y&' }],
    ['a form with a query, which loses', { path: '?a=1&b=2', headers: form, body: 'a=3' }, { a: '3', b: '2' }],
    ['a form in UTF-8', { headers: form, body: Buffer.from('a=ß&b=%C3%9F') }, { a: 'ß', b: 'ß' }],
    ['a form without a Content-Type', { body: 'a=1' }, { a: '1' }],
    [
      'another type, with a query',
      { path: '?a=1', headers: { 'content-type': 'text/plain' }, body: 'a=2' },
      { a: '1' },
    ],
    ['JSON that is none', { headers: json, body: '{"a":' }, '400 body_not_json'],
    ['JSON with a member that is special', { headers: json, body: '{"__proto__":{"a":1},"b":2}' }, { b: 2 }],
    ['JSON with a byte order mark', { headers: json, body: '\uFEFF{"a":1}' }, '400 body_not_json'],
    ['JSON that is no UTF-8', { headers: json, body: Buffer.from('{"a":"\xe9"}', 'latin1') }, '400 body_not_json'],
    ['JSON with half a character', { headers: json, body: String.raw`{"a":"\ud800"}` }, '400 body_not_json'],
    [
      'JSON that is nested too deeply',
      { headers: json, body: `${'['.repeat(101)}${']'.repeat(101)}` },
      '400 body_not_json',
    ],
    ['a form that is no UTF-8', { headers: form, body: Buffer.from([0x61, 0x3d, 0xff]) }, '400 body_not_json'],
    ['a form that is too large', { headers: form, body: 'a'.repeat(64 * 1024 + 1) }, '413 body_too_large'],
    ['a form that is packed', { headers: { ...form, 'content-encoding': 'gzip' }, body: 'a=1' }, '415 body_encoded'],
  ])('as arguments: %s', async (_title, request, input) => {
    expect(await inputOf('arguments', request)).toEqual(input);
  });

  it('as arguments of a GET comes from the query', async () => {
    expect(await inputOf('arguments', { method: 'GET', path: '?a=1' })).toEqual({ a: '1' });
  });

  it.each<[string, Partial<RawRequest>, unknown]>([
    ['without a Content-Type', { body: '{"a":1}' }, { a: 1 }],
    ['with that of a form', { headers: form, body: '{"a":1}' }, { a: 1 }],
    ['not from the query', { path: '?a=1' }, '400 body_not_json'],
  ])('as JSON: %s', async (_title, request, input) => {
    expect(await inputOf('json', request)).toEqual(input);
  });
});

describe('the bytes of a body', () => {
  it.each([
    ['JSON', Buffer.from('{ "a" : 1 }\n')],
    ['JSON with a dangerous member', Buffer.from('{"__proto__":1}')],
    ['no JSON', Buffer.from('a=1')],
    ['no text', Buffer.from([0, 255, 254, 13, 10])],
    ['nothing', Buffer.alloc(0)],
  ])('are unchanged, with their request: %s', async (_title, bytes) => {
    const seen: unknown[] = [];
    const hook = endpoint({
      name: 'hook',
      method: 'POST',
      path: '/hook',
      params: {},
      access: 'public',
      summary: 'Hook',
      body: rawBytes,
      bodyFrom: 'bytes',
      replies: { 200: { description: 'Taken', schema: z.object({}) } },
      errors: {},
      handler({ body, received }) {
        const { method, uri, header } = received;
        seen.push({ bytes: Buffer.from(body).toString('hex'), method, uri, signature: header('X-Signature') });
        seen.push(header('X-Nothing'));
        return Promise.resolve(reply(200, {}));
      },
    });
    server = await startServer([testApi([hook], { crossOrigin: true, lenient: true })]);
    const path = '/test//hook?a=%2f';
    const { status } = await sendRaw(server.port, {
      method: 'POST',
      path,
      headers: { 'x-signature': 'ab' },
      body: bytes,
    });
    expect(status).toBe(200);
    expect(seen).toEqual([{ bytes: bytes.toString('hex'), method: 'POST', uri: path, signature: 'ab' }, undefined]);
  });
});
