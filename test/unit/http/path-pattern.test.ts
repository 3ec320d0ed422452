import { describe, expect, it } from 'vitest';
import { compilePath } from '../../../src/http/path-pattern.js';
import { HttpFailure } from '../../../src/http/problem.js';

function match(template: string, path: string, pattern?: string): Record<string, string> | undefined {
  const parameter = { description: 'x', ...(pattern === undefined ? {} : { pattern }) };
  const { regexp, params } = compilePath('/api.v1', template, { a: parameter, b: parameter });
  const found = regexp.exec(path);
  return found ? params(found.slice(1)) : undefined;
}

describe('a path template', () => {
  it('matches the whole path and decodes each parameter', () => {
    expect(match('/x/{a}/y/{b}', '/api.v1/x/one%20two/y/%C3%A4')).toEqual({ a: 'one two', b: 'ä' });
  });

  it.each([
    '/api.v1/x/one',
    '/api.v1/x/one/y/two/',
    '/api.v1/x/one/y/two/three',
    '/api.v1/x//y/two',
    '/apixv1/x/one/y/two',
    '/more/api.v1/x/one/y/two',
    '/api.v1/X/one/y/two',
  ])('does not match %s', (path) => {
    expect(match('/x/{a}/y/{b}', path)).toBeUndefined();
  });

  it('decodes after it matches, so that an encoded slash is no separator', () => {
    expect(match('/x/{a}', '/api.v1/x/one%2Ftwo')).toEqual({ a: 'one/two' });
  });

  it('may have parameters that match several segments, or none', () => {
    expect(match('/x/{a}/y', '/api.v1/x/one/two/y', '.*')).toEqual({ a: 'one/two' });
    expect(match('/x/{a}/y', '/api.v1/x//y', '.*')).toEqual({ a: '' });
  });

  it.each(['%', '%zz', '%ff', '%C3', '%00', 'a%00b'])('rejects %s as malformed', (text) => {
    expect(() => match('/x/{a}', `/api.v1/x/${text}`)).toThrow(new HttpFailure({ kind: 'path_malformed' }));
  });
});
