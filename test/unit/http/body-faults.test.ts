import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../../../src/http/endpoint.js';
import { HttpFailure } from '../../../src/http/problem.js';
import { anonymous } from '../../../src/http/principal.js';
import { reply } from '../../../src/http/reply.js';

const shape = z.object({
  name: z.string(),
  count: z.int().min(1),
  inner: z.object({ word: z.string().regex(/^a/), either: z.union([z.string(), z.int()]) }).optional(),
});

const checked = endpoint({
  name: 'checked',
  method: 'POST',
  path: '/checked',
  params: {},
  access: 'public',
  summary: 'Check',
  body: shape,
  replies: { 200: { description: 'Fit', schema: z.object({}) } },
  errors: {},
  handler: () => Promise.resolve(reply(200, {})),
});

async function failuresOf(body: unknown): Promise<unknown> {
  const request = {
    params: {},
    query: new URLSearchParams(),
    body,
    principal: anonymous,
    accessToken: undefined,
    clientAddress: '127.0.0.1',
    received: { method: 'POST', uri: '/checked', header: () => undefined },
    stopping: new AbortController().signal,
  };
  const error: unknown = await checked.run(request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof HttpFailure && error.details.kind === 'body_unfit' ? error.details.members : error;
}

describe('a body that does not fit', () => {
  it.each<[unknown, unknown]>([
    [{ name: 'x', count: 1 }, undefined],
    [{ count: 1 }, [{ at: 'name', problem: 'missing' }]],
    [{ name: 5, count: 1 }, [{ at: 'name', problem: 'wrong_type' }]],
    [{ name: null, count: 1 }, [{ at: 'name', problem: 'wrong_type' }]],
    [{ name: 'x', count: 0 }, [{ at: 'count', problem: 'wrong_value' }]],
    [
      { name: 'x', count: 1, inner: {} },
      [
        { at: 'inner.word', problem: 'missing' },
        { at: 'inner.either', problem: 'missing' },
      ],
    ],
    [{ name: 'x', count: 1, inner: { word: 'b', either: 1 } }, [{ at: 'inner.word', problem: 'wrong_value' }]],
    [{ name: 'x', count: 1, inner: { word: 'a', either: [] } }, [{ at: 'inner.either', problem: 'wrong_type' }]],
    [[], []],
    ['text', []],
    [null, []],
  ])('is rejected with the reason: %j', async (body, failures) => {
    expect(await failuresOf(body)).toEqual(failures);
  });
});
