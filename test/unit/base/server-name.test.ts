import { describe, expect, it } from 'vitest';
import { parseServerName, splitServerName } from '../../../src/base/server-name.js';

describe('a server name', () => {
  it.each([
    ['example.org', { host: 'example.org', port: undefined, isAddress: false }],
    ['Example.ORG:8448', { host: 'example.org', port: 8448, isAddress: false }],
    ['localhost', { host: 'localhost', port: undefined, isAddress: false }],
    ['xn--bcher-kva.example', { host: 'xn--bcher-kva.example', port: undefined, isAddress: false }],
    ['1.2.3.4', { host: '1.2.3.4', port: undefined, isAddress: true }],
    ['1.2.3.4:65535', { host: '1.2.3.4', port: 65_535, isAddress: true }],
    ['[1234:5678::abcd]', { host: '[1234:5678::abcd]', port: undefined, isAddress: true }],
    ['[2001:DB8:0::1]:5678', { host: '[2001:db8::1]', port: 5678, isAddress: true }],
  ])('has a host and perhaps a port: %s', (text, parts) => {
    expect(splitServerName(text)).toEqual(parts);
    expect(parseServerName(text)).toBe(text);
  });

  it.each([
    '',
    ':8448',
    'example.org:',
    'example.org:0',
    'example.org:65536',
    'example.org:123456',
    'example.org:80:80',
    'example.org/path',
    'example.org?query',
    'example.org#fragment',
    'user@example.org',
    'user:password@example.org',
    'https://example.org',
    'example org',
    ' example.org',
    'example.org\n',
    'exa_mple.org',
    'bücher.example',
    '127.1',
    '0x7f.1',
    '2130706433',
    '127.0.0.1.',
    '1.2.3.256',
    '::1',
    '[::1',
    '[1.2.3.4]',
    '[fe80::1%eth0]',
    '[]',
    `${'a'.repeat(252)}.org`,
  ])('is not %j', (text) => {
    expect(splitServerName(text)).toBeUndefined();
    expect(parseServerName(text)).toBeUndefined();
  });
});
