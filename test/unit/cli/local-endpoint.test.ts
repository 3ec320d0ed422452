import { expect, it } from 'vitest';
import { endpointOf, localEndpoint } from '../../../src/cli/local-endpoint.js';

it.each([
  ['0.0.0.0', '0.0.0.0:80', '127.0.0.1:80'],
  ['::', '[::]:80', '[::1]:80'],
  ['192.0.2.1', '192.0.2.1:80', '192.0.2.1:80'],
  ['2001:db8::1', '[2001:db8::1]:80', '[2001:db8::1]:80'],
  ['localhost', 'localhost:80', 'localhost:80'],
])('a listener on %s is %s, and is reached at %s', (host, endpoint, local) => {
  expect([endpointOf({ host, port: 80 }), localEndpoint({ host, port: 80 })]).toEqual([endpoint, local]);
});
