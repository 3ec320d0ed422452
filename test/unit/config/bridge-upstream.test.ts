import { describe, expect, it } from 'vitest';
import { inspect, load, written } from './written-config.js';

const secret = 'kR7-qpw0ZT2vXn4m-of-the-bridge';
const upstream = (keys: object) => written({ bridge: { permissions: { 'matrix.test': 'user' }, upstream: keys } });

describe('bridge.upstream', () => {
  it('is absent unless an address is set', () => {
    expect(load(written()).config.bridge.upstream).toBeUndefined();
    expect(load(upstream({ hand_over: 'off' })).config.bridge.upstream).toBeUndefined();
  });

  it('hands over at once and waits for 8 seconds by default', () => {
    const read = load(upstream({ address: 'http://localhost:29317/', shared_secret: secret })).config.bridge.upstream;
    expect(read).toMatchObject({ address: 'http://localhost:29317', handOver: 'automatic', waitMs: 8000 });
    expect(read?.sharedSecret.reveal()).toBe(secret);
  });

  it.each(['automatic', 'on_request', 'off'] as const)(
    'accepts hand_over: %s and a prefix of the path',
    (hand_over) => {
      const keys = { address: 'https://matrix.test/telegram/', shared_secret: secret, hand_over, wait_seconds: 0 };
      const read = load(upstream(keys)).config.bridge.upstream;
      expect(read).toMatchObject({ address: 'https://matrix.test/telegram', handOver: hand_over, waitMs: 0 });
    },
  );

  it.each([
    ['shared_secret', { address: 'http://localhost:29317' }, 'This key is missing. address requires it.'],
    ['address', { shared_secret: secret }, 'This key is missing. shared_secret requires it.'],
    ['shared_secret', { address: 'http://localhost:29317', shared_secret: 'generate' }, 'generate'],
    ['shared_secret', { address: 'http://localhost:29317', shared_secret: 'fifteen-charact' }, 'fewer than 16'],
    ['shared_secret', { address: 'http://localhost:29317', shared_secret: `${secret} x` }, 'not shown here'],
    ['address', { address: 'localhost:29317', shared_secret: secret }, 'http:// or https://'],
    ['address', { address: 'http://localhost/_matrix/provision', shared_secret: secret }, 'Remove /_matrix/provision:'],
    [
      'hand_over',
      { address: 'http://localhost', shared_secret: secret, hand_over: 'yes' },
      'automatic, on_request, off',
    ],
    ['wait_seconds', { address: 'http://localhost', shared_secret: secret, wait_seconds: 51 }, '0 to 50'],
  ])('requires a valid %s: %j', (key, keys, message) => {
    const { problems } = inspect(upstream(keys));
    expect(problems.map(({ path }) => path)).toEqual([`bridge.upstream.${key}`]);
    if (key !== 'shared_secret' || message !== 'generate') expect(problems[0]?.message).toContain(message);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });
});
