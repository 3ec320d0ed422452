import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textRecord } from '../../../src/http/text-record.js';

describe('a record of texts', () => {
  it.each([[{}], [{ a: 'b' }], [{ ['__proto__']: 'b', 1: '' }]])('accepts %j as it is', (value) => {
    expect(textRecord('Texts').parse(value)).toBe(value);
  });

  it.each([[{ a: 1 }], [{ a: 'b', c: undefined }], [{ a: { b: 'c' } }], [[]], [['a']], [null], ['a'], [undefined]])(
    'rejects %j',
    (value) => {
      expect(textRecord('Texts').safeParse(value).success).toBe(false);
    },
  );

  it('is documented as z.record is', () => {
    const documented = (schema: z.ZodType) => z.toJSONSchema(z.object({ texts: schema }), { io: 'output' });
    const record = z.record(z.string(), z.string()).meta({ description: 'Texts' });
    expect(documented(textRecord('Texts'))).toEqual(documented(record));
  });
});
