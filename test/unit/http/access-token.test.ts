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
    [undefined, 'access_token=abc', 'abc'],
    [undefined, 'other=1&access_token=a%2Bc', 'a+c'],
    ['Basic dXNlcg==', 'access_token=abc', 'abc'],
  ])('of %s and ?%s is %s', (authorization, query, token) => {
    expect(read(authorization, query)).toBe(token);
  });

  it.each([
    [undefined, ''],
    [undefined, 'access_token='],
    [undefined, 'access_token=two%20words'],
    [undefined, 'access_token=line%0D%0Abreak'],
    ['Bearer', ''],
    ['Bearer ', ''],
    ['Bearer ', 'access_token='],
    ['Bearer two words', ''],
    ['Bearer \xff', ''],
    [`Bearer ${'x'.repeat(5000)}`, ''],
    ['abc', ''],
  ])('of %j and ?%s is none', (authorization, query) => {
    expect(read(authorization, query)).toBeUndefined();
  });

  it('does not print', () => {
    expect(inspect(readAccessToken({ authorization: 'Bearer hunter2', query: '' }))).not.toContain('hunter2');
  });
});
