import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXMatrix } from '../../../src/matrix/x-matrix-header.js';

const plain = { origin: 'home.test', key: 'ed25519:a_1', signature: 'c2ln+/==', destination: undefined };
const toUs = { ...plain, destination: 'id.test' };

describe('an X-Matrix authorization', () => {
  it.each([
    [
      'as the specification writes it',
      'X-Matrix origin="home.test",destination="id.test",key="ed25519:a_1",sig="c2ln+/=="',
    ],
    ['in another order', 'X-Matrix sig="c2ln+/==",key="ed25519:a_1",origin="home.test",destination="id.test"'],
    ['without quotes, colons included', 'X-Matrix origin=home.test,destination=id.test,key=ed25519:a_1,sig=c2ln+/=='],
    ['with spaces', 'X-Matrix   origin = "home.test" ,\tdestination ="id.test" , key= "ed25519:a_1",  sig="c2ln+/==" '],
    ['with commas to spare', 'X-Matrix ,origin="home.test",,destination="id.test",key="ed25519:a_1",sig="c2ln+/==",'],
    ['with spaces for commas', 'X-Matrix origin="home.test" destination="id.test" key="ed25519:a_1" sig="c2ln+/=="'],
    [
      'in capitals and small letters',
      'x-mATRIX ORIGIN="home.test",Destination="id.test",KEY="ed25519:a_1",Sig="c2ln+/=="',
    ],
    ['with escapes', 'X-Matrix origin="ho\\me.te\\st",destination="id.test",key="ed25519\\:a_1",sig="c2ln+/=="'],
    [
      'with what we do not know',
      'X-Matrix origin="home.test",x="a,sig=\\"b\\"",destination="id.test",y=,key="ed25519:a_1",sig="c2ln+/==",z-1=*',
    ],
    [
      'before another one',
      'X-Matrix origin="home.test",destination="id.test",key="ed25519:a_1",sig="c2ln+/==", Digest origin="other.test"',
    ],
  ])('is read %s', (_, header) => {
    expect(readXMatrix(header)).toEqual([toUs]);
  });

  it('is read without a destination', () => {
    expect(readXMatrix('X-Matrix origin="home.test",key="ed25519:a_1",sig="c2ln+/=="')).toEqual([plain]);
  });

  it.each([', ', ',', ' '])('is read beside others, separated by %j', (separator) => {
    const one = 'X-Matrix origin="home.test",key="ed25519:a_1",sig="c2ln+/=="';
    const other = 'X-Matrix origin=home.test,key=ed25519:b,sig=b';
    expect(readXMatrix([one, other].join(separator))).toEqual([plain, { ...plain, key: 'ed25519:b', signature: 'b' }]);
  });

  it.each([
    ['nothing', ''],
    ['another scheme', 'Bearer origin="home.test",key="ed25519:a_1",sig="c2ln+/=="'],
    ['no scheme', 'origin="home.test",key="ed25519:a_1",sig="c2ln+/=="'],
    ['the scheme alone', 'X-Matrix'],
    ['no origin', 'X-Matrix key="ed25519:a_1",sig="c2ln+/=="'],
    ['no key', 'X-Matrix origin="home.test",sig="c2ln+/=="'],
    ['no signature', 'X-Matrix origin="home.test",key="ed25519:a_1"'],
    ['an empty signature', 'X-Matrix origin="home.test",key="ed25519:a_1",sig=""'],
    ['two origins', 'X-Matrix origin="home.test",origin="other.test",key="ed25519:a_1",sig="c2ln+/=="'],
    ['two spellings of one', 'X-Matrix origin="home.test",Origin="home.test",key="ed25519:a_1",sig="c2ln+/=="'],
    ['a quote without its end', 'X-Matrix origin="home.test",key="ed25519:a_1",sig="c2ln+/=='],
    ['a quote in the middle', 'X-Matrix origin=ho"me.test",key="ed25519:a_1",sig="c2ln+/=="'],
    ['more after a quote', 'X-Matrix origin="home".test,key="ed25519:a_1",sig="c2ln+/=="'],
    ['no end', `X-Matrix origin="home.test",key="ed25519:a_1",sig="c2ln+/==",x="${'x'.repeat(16_384)}"`],
  ])('is none with %s', (_, header) => {
    expect(readXMatrix(header)).toEqual([]);
  });

  it('is read with any text in the quotes', () => {
    const text = fc.string({ minLength: 1, maxLength: 50 }).filter((value) => !/[\r\n\u2028\u2029]/.test(value));
    fc.assert(
      fc.property(text, text, text, fc.option(text, { nil: undefined }), (origin, key, signature, destination) => {
        const quote = (value: string) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
        const more = destination === undefined ? '' : `, destination=${quote(destination)}`;
        const header = `X-Matrix origin=${quote(origin)},key=${quote(key)} , sig=${quote(signature)}${more}`;
        expect(readXMatrix(header)).toEqual([{ origin, key, signature, destination }]);
      }),
    );
  });

  it('is parsed in linear time', () => {
    for (const part of ['\\', 'a', ' ', ',', '"', 'a=', '=', 'a ', 'X-Matrix ', 'a="']) {
      expect(readXMatrix(`X-Matrix ${part.repeat(16_000 / part.length)}`)).toEqual([]);
    }
  }, 2000);
});
