import { describe, expect, it } from 'vitest';
import { sayEndpoint, testSurface } from '../../support/http-server.js';

describe('the declaration of a surface', () => {
  it.each(['test', '/test/', '/', '/a//b'])('refuses the prefix %s', (prefix) => {
    expect(() => testSurface([], { prefixes: ['/test', prefix] })).toThrow('is no prefix');
  });

  it('refuses to declare an endpoint twice', () => {
    expect(() => testSurface([sayEndpoint(), sayEndpoint()])).toThrow('declares say twice');
    expect(() => testSurface([sayEndpoint(), { ...sayEndpoint(), name: 'other' }])).toThrow(
      'declares GET /say/{word} twice',
    );
  });
});
