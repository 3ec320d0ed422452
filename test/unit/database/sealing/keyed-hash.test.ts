import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyedHash } from '../../../../src/database/sealing/keyed-hash.js';

it('is the HMAC-SHA256 for each key and text, in any order', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('', 'a'.repeat(64), 'a'.repeat(65), 'a'.repeat(192), '€'.repeat(64), '\ud800', '😀'.repeat(100)),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 130 }), fc.array(text, { maxLength: 5 }), (bytes, texts) => {
      const key = Buffer.from(bytes);
      const keyed = createKeyedHash(key);
      expect(texts.map(keyed)).toEqual(texts.map((each) => createHmac('sha256', key).update(each).digest('base64url')));
    }),
  );
});
