import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readAccessToken } from '../../../src/http/access-token.js';

const read = (authorization: string | undefined, query = '') => readAccessToken({ authorization, query })?.reveal();

describe('the access token of a request', () => {
  it.each([
    ['Bearer abc', '', 'abc'],
    ['bearer abc', '', 'abc'],
    ['Bearer   abc', '', 'abc'],
    ['Bearer abc', 'access_token=other', 'abc'],
    [null, 'access_token=abc', 'abc'],
    [null, 'other=1&access_token=a%2Bc', 'a+c'],
    ['Basic dXNlcg==', 'access_token=abc', 'abc'],
  ])('of %j and ?%s is %s', (authorization, query, token) => {
    expect(read(authorization ?? undefined, query)).toBe(token);
  });

  it.each([
    [null, ''],
    [null, 'access_token='],
    [null, 'access_token=two%20words'],
    [null, 'access_token=line%0D%0Abreak'],
    ['Bearer', ''],
    ['Bearer ', ''],
    ['Bearer ', 'access_token='],
    ['Bearer two words', ''],
    ['Bearer \xff', ''],
    [`Bearer ${'x'.repeat(5000)}`, ''],
    ['abc', ''],
  ])('of %j and ?%s is none', (authorization, query) => {
    expect(read(authorization ?? undefined, query)).toBeUndefined();
  });

  it('does not print', () => {
    expect(inspect(readAccessToken({ authorization: 'Bearer hunter2', query: '' }))).not.toContain('hunter2');
  });
});
