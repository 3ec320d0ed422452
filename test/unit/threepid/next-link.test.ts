import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNextLink, withSid } from '../../../src/threepid/next-link.js';

const hostnames = ['good.example', 'Bücher.example'];
const read = (link: string, allowHttp = false) => readNextLink(link, { hostnames, allowHttp });

describe('a next link is accepted', () => {
  it.each([
    ['https://good.example/', 'https://good.example/'],
    ['https://good.example', 'https://good.example/'],
    ['HTTPS://GOOD.example/Path', 'https://good.example/Path'],
    ['https://good.example:8443/a?b=c#d', 'https://good.example:8443/a?b=c#d'],
    ['https://good.example/@evil.test', 'https://good.example/@evil.test'],
    ['https://good.example?https://evil.test', 'https://good.example/?https://evil.test'],
    ['https://good.example/#/welcome', 'https://good.example/#/welcome'],
    ['https://b%C3%BCcher.example/', 'https://xn--bcher-kva.example/'],
    ['https:good.example/a', 'https://good.example/a'],
  ])('%s', (link, href) => {
    expect(read(link)).toBe(href);
  });

  it('without TLS only if that is allowed', () => {
    expect(read('http://good.example/')).toBeUndefined();
    expect(read('http://good.example/', true)).toBe('http://good.example/');
    expect(read('https://good.example/', true)).toBe('https://good.example/');
  });
});

describe('a next link is refused', () => {
  it.each([
    '',
    'good.example',
    '/relative',
    '//good.example/',
    'https://',
    'https://evil.test/',
    'https://evil.test/good.example',
    'https://evil.test?good.example',
    'https://evil.test#good.example',
    'https://good.example.evil.test/',
    'https://evil.good.example/',
    'https://notgood.example/',
    'https://good.example./',
    'https://good.example@evil.test/',
    'https://good.example:443@evil.test/',
    'https://user@good.example/',
    'https://user:password@good.example/',
    'https://:password@good.example/',
    'https:\\\\evil.test',
    'https://evil.test\\@good.example/',
    'https://good.example\\.evil.test/',
    'https://good.example/\\evil.test',
    'https://good.exa\tmple/',
    'https://good.example/\r\nSet-Cookie: a=b',
    'https://good.example/\0',
    'https://good.example/\u0085',
    ' https://good.example/',
    'https://good.example/ ',
    '\u0001https://good.example/',
    'java\nscript:alert(1)',
    'javascript://good.example/%0Aalert(1)',
    'data:text/html,https://good.example/',
    'file://good.example/etc/passwd',
    'ftp://good.example/',
    'blob:https://good.example/a',
    'view-source:https://good.example/',
    'some-protocol://good.example/',
    'https://g\u200bood.evil/',
    `https://good.example/${'a'.repeat(2000)}`,
    `https://good.example/${'ü'.repeat(500)}`,
  ])('%j', (link) => {
    expect(read(link, true)).toBeUndefined();
  });

  it('if no host is allowed', () => {
    expect(readNextLink('https://good.example/', { hostnames: [], allowHttp: true })).toBeUndefined();
  });
});

describe('the id of the session', () => {
  it.each([
    ['https://good.example/', 'https://good.example/?sid=s1'],
    ['https://good.example/?', 'https://good.example/?sid=s1'],
    ['https://good.example/?a=b', 'https://good.example/?a=b&sid=s1'],
    ['https://good.example/?a=b%20c+d', 'https://good.example/?a=b%20c+d&sid=s1'],
    ['https://good.example/#/room', 'https://good.example/?sid=s1#/room'],
    ['https://good.example/?a=b#/room?x=y', 'https://good.example/?a=b&sid=s1#/room?x=y'],
    ['https://good.example/?sid=theirs', 'https://good.example/?sid=s1'],
    ['https://good.example/?a=b&sid=theirs&c=d', 'https://good.example/?a=b&c=d&sid=s1'],
    ['https://good.example/?%73id=theirs&sid&sid=', 'https://good.example/?sid=s1'],
    ['https://good.example/?side=1&xsid=2', 'https://good.example/?side=1&xsid=2&sid=s1'],
    ['https://good.example/?a&&b=%zz', 'https://good.example/?a&&b=%zz&sid=s1'],
  ])('is added to the query of %s', (link, expected) => {
    expect(withSid(link, 's1')).toBe(expected);
  });

  it('changes only the query of any link', () => {
    const links = fc.webUrl({ withQueryParameters: true, withFragments: true, validSchemes: ['https'] });
    const sids = fc.stringMatching(/^[0-9a-zA-Z.=_-]{1,40}$/);
    fc.assert(
      fc.property(links, sids, (link, sid) => {
        const before = new URL(link);
        const accepted = readNextLink(link, { hostnames: [before.hostname], allowHttp: false });
        fc.pre(accepted !== undefined);
        const after = new URL(withSid(accepted ?? '', sid));
        expect(after.searchParams.getAll('sid')).toEqual([sid]);
        expect([after.origin, after.pathname, after.hash]).toEqual([before.origin, before.pathname, before.hash]);
        if (!before.searchParams.has('sid')) expect(after.search.startsWith(before.search)).toBe(true);
      }),
    );
  });
});
