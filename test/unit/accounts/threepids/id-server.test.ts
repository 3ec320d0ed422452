import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findIdServer } from '../../../../src/accounts/threepids/id-server.js';

describe('an identity server', () => {
  it.each([
    ['id.test', 'id.test'],
    ['ID.Test', 'id.test'],
    ['id.test:8448', 'id.test:8448'],
    ['id.test:443', 'id.test'],
    ['id.test/', 'id.test'],
    ['id.test/sydent', 'id.test/sydent'],
    ['id.test:8448/One/two%20three/', 'id.test:8448/One/two%20three'],
    ['127.0.0.1:8090', '127.0.0.1:8090'],
    ['[::1]', '[::1]'],
    ['[2001:DB8::1]:90/x', '[2001:db8::1]:90/x'],
  ])('has the valid name %s', (text, idServer) => {
    expect(findIdServer(text)).toBe(idServer);
  });

  it.each([
    '',
    ' id.test',
    'id.test ',
    'https://id.test',
    'http:id.test',
    '//id.test',
    '/id.test',
    'id.test?x',
    'id.test#x',
    'id.test/?x',
    'id.test/x#y',
    'user@id.test',
    'user:password@id.test',
    'id.test\\@elsewhere.test',
    'id.test/x\\y',
    'id.test:',
    'id.test:0',
    'id.test:65536',
    'id.test:x',
    'id.test//x',
    'id.test/../x',
    'id.test/x/..',
    'id.test/./x',
    'id.test/%2E%2e/x',
    'id.test/%2',
    'id.test/ä',
    'id.test/x\r\nHost: elsewhere.test',
    'id.test\t',
    'ïd.test',
    '0x7f.1',
    '127.1',
    '2130706433',
    '[::1',
    `id.test/${'x'.repeat(255)}`,
  ])('does not have the name %j', (text) => {
    expect(findIdServer(text)).toBeUndefined();
  });

  it('has the canonical name that a URL gives it', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.webUrl({ withFragments: true, withQueryParameters: true }).map((url) => url.replace(/^https?:\/\//, '')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const idServer = findIdServer(text);
        if (idServer === undefined) return;
        const url = new URL(`https://${idServer}/_matrix`);
        expect(`${url.host}${url.pathname}${url.search}${url.hash}`).toBe(`${idServer}/_matrix`);
        expect([url.username, url.password]).toEqual(['', '']);
        expect(findIdServer(idServer)).toBe(idServer);
      }),
      { numRuns: 500 },
    );
  });
});
