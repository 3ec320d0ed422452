import { describe, expect, it } from 'vitest';
import { sayEndpoint, testApi } from '../../support/http-server.js';

describe('the declaration of an API', () => {
  it.each(['test', '/test/', '/', '/a//b'])('refuses the prefix %s', (prefix) => {
    expect(() => testApi([], { prefixes: ['/test', prefix] })).toThrow('is no prefix');
  });

  it('refuses to declare an endpoint twice', () => {
    expect(() => testApi([sayEndpoint(), sayEndpoint()])).toThrow('declares say twice');
    expect(() => testApi([sayEndpoint(), { ...sayEndpoint(), name: 'other' }])).toThrow(
      'declares GET /say/{word} twice',
    );
  });
});
