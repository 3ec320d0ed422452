import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textRecord, writeJson } from '../../../src/http/text-record.js';

describe('a record of texts', () => {
  const entries: readonly (readonly [string, string])[] = [
    ['__proto__', 'b'],
    ['1', ''],
  ];
  it.each([[entries], [[]]])('accepts a map of %j as it is', (given) => {
    const record = new Map(given);
    expect(textRecord('Texts').parse(record)).toBe(record);
  });

  it.each([
    [new Map([['a', 1]])],
    [new Map([['a', undefined]])],
    [new Map([[1, 'a']])],
    [
      new Map<string, unknown>([
        ['a', 'b'],
        ['c', { d: 'e' }],
      ]),
    ],
    [{ a: 'b' }],
    [[['a', 'b']]],
    [null],
    ['a'],
    [undefined],
  ])('rejects %o', (value) => {
    expect(textRecord('Texts').safeParse(value).success).toBe(false);
  });

  it('is documented as z.record is', () => {
    const documented = (schema: z.ZodType) => z.toJSONSchema(z.object({ texts: schema }), { io: 'output' });
    const record = z.record(z.string(), z.string()).meta({ description: 'Texts' });
    expect(documented(textRecord('Texts'))).toEqual(documented(record));
  });
});

describe('the JSON of a reply', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', '"', ',', ':', '\\', '{', ']', '\n', '\u2028', '\ud800', 'é', '😀') }),
  );
  const record = fc.array(fc.tuple(text, text)).map((entries) => new Map(entries));

  it('has each text record as an object, in its order, between the other members', () => {
    const body = fc.dictionary(text, fc.oneof(record, fc.jsonValue(), fc.constant(undefined)), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(body, (members) => {
        const written = writeJson(members).toString();
        // An object would reorder names that are numbers.
        const objects = Object.entries(members).flatMap(([name, value]: [string, unknown]) => {
          if (value === undefined) return [];
          const pairs = value instanceof Map ? [...(value as Map<string, string>)] : undefined;
          const inner = pairs?.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`).join(',');
          return [`${JSON.stringify(name)}:${inner === undefined ? JSON.stringify(value) : `{${inner}}`}`];
        });
        expect(written).toBe(`{${objects.join(',')}}`);
      }),
    );
  });

  it('is that of JSON.stringify without a text record', () => {
    fc.assert(
      fc.property(fc.object(), (body) => {
        expect(writeJson(body)).toBe(JSON.stringify(body));
      }),
    );
  });
});
