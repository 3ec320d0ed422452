import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describedEndpoints } from '../../../src/api/generated-files.js';
import { boundedList } from '../../../src/http/bounded-list.js';
import { endpoint } from '../../../src/http/endpoint.js';
import { anonymous } from '../../../src/http/principal.js';
import { HttpFailure } from '../../../src/http/problem.js';
import { reply } from '../../../src/http/reply.js';

/** A text that counts how often it is checked. */
function counted() {
  let checks = 0;
  const element = z.string().refine((text) => {
    checks += 1;
    return text.startsWith('a');
  });
  return { element, checks: () => checks };
}

async function outcome(schema: z.ZodType, list: unknown): Promise<unknown> {
  const listing = endpoint({
    name: 'list',
    method: 'POST',
    path: '/list',
    params: {},
    access: 'public',
    summary: 'List',
    body: z.looseObject({ list: schema }),
    replies: { 200: { description: 'Fit', schema: z.object({ list: z.unknown() }) } },
    errors: {},
    handler: ({ body }) => Promise.resolve(reply(200, { list: body.list })),
  });
  const request = {
    params: {},
    query: new URLSearchParams(),
    body: { list },
    principal: anonymous,
    accessToken: undefined,
    clientAddress: '127.0.0.1',
    received: { method: 'POST', uri: '/list', header: () => undefined },
    stopping: new AbortController().signal,
  };
  try {
    const answer = await listing.run(request);
    return 'body' in answer ? (answer.body as { list: unknown }).list : undefined;
  } catch (error) {
    return error instanceof HttpFailure && error.details.kind === 'body_unfit' ? error.details.members : error;
  }
}

describe('a list in a request body', () => {
  it.each<[string, unknown, unknown]>([
    ['of valid elements', ['a', 'ab'], ['a', 'ab']],
    ['of none', [], []],
    ['that is missing', undefined, [{ at: 'list', problem: 'missing' }]],
    ['that is no list', 'a', [{ at: 'list', problem: 'wrong_type' }]],
    ['with a wrong element', ['a', 1, 2], [{ at: 'list.1', problem: 'wrong_type' }]],
    ['that is too long', ['a', 'a', 'a', 'a'], [{ at: 'list', problem: 'too_many' }]],
    ['that is too long and wrong', [1, 2, 3, 4], [{ at: 'list', problem: 'too_many' }]],
  ])('%s', async (_title, given, expected) => {
    expect(await outcome(boundedList(counted().element, { max: 3, description: 'x' }), given)).toEqual(expected);
  });

  it('can be one value, as in faults', async () => {
    const schema = boundedList(z.string(), { max: 3, description: 'x', isOneValue: true });
    expect(await outcome(schema, ['a', 1])).toEqual([{ at: 'list', problem: 'wrong_value' }]);
    expect(await outcome(schema, 'a')).toEqual([{ at: 'list', problem: 'wrong_value' }]);
  });

  it('is checked up to its first wrong element, and not at all if it is too long', async () => {
    const { element, checks } = counted();
    const schema = boundedList(element, { max: 1000, description: 'x' });
    await outcome(schema, ['a', 'wrong', ...Array<string>(500).fill('wrong')]);
    expect(checks()).toBe(2);
    await outcome(schema, Array<string>(1001).fill('a'));
    expect(checks()).toBe(2);
  });

  it('is described with its bound', () => {
    expect(z.toJSONSchema(boundedList(z.string(), { max: 3, description: 'Some' }), { io: 'input' })).toMatchObject({
      type: 'array',
      items: { type: 'string' },
      maxItems: 3,
      description: 'Some',
    });
  });
});

const unbounded = new Set(['array', 'record', 'map', 'set', 'tuple']);

/** The schemas within a schema that check every element of what they are given. */
function eager(schema: unknown, seen = new Set<unknown>()): readonly string[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return [];
  seen.add(schema);
  const type = 'type' in schema && typeof schema.type === 'string' ? schema.type : '';
  const inner = Object.values('_zod' in schema ? (schema as z.ZodType)._zod.def : schema).flatMap((part) =>
    eager(part, seen),
  );
  return unbounded.has(type) ? [type, ...inner] : inner;
}

describe('every request body', () => {
  const bodies = describedEndpoints.filter(({ body }) => body !== undefined);

  it('has only bounded lists and records', () => {
    expect(bodies.length).toBeGreaterThan(30);
    const wrong = bodies.flatMap(({ name, body }) => eager(body).map((type) => `${name}: ${type}`));
    expect(wrong).toEqual([]);
  });

  it('would be reported if it had others', () => {
    const nested = z.looseObject({
      a: z.object({ b: z.array(z.string()).optional() }),
      c: z.record(z.string(), z.int()),
    });
    expect(eager(nested)).toEqual(['array', 'record']);
  });

  it('may be larger than 64 KiB in lookups only', () => {
    const large = describedEndpoints.filter(({ bodySize }) => bodySize === 'large').map(({ name }) => name);
    expect(large.toSorted()).toEqual(['bulk_lookup', 'lookup']);
  });
});
