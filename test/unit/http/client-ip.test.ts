import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseAddress } from '../../../src/base/ip-networks.js';
import { networkOf } from '../../../src/base/ip-networks.js';
import { clientNetwork, createClientAddress } from '../../../src/http/client-ip.js';

describe('the address of a client', () => {
  const addressOf = createClientAddress(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8']);

  it.each([
    ['the peer, if it is no proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['the peer, if the proxy forwards no address', '127.0.0.1', undefined, '127.0.0.1'],
    ['the forwarded address', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['the right-most hop that is no proxy', '127.0.0.1', '6.6.6.6, 198.51.100.1, 10.1.2.3', '198.51.100.1'],
    ['the left-most hop, if all are proxies', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['the last proxy, if the next hop is no address', '127.0.0.1', '198.51.100.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['without a port', '127.0.0.1', '198.51.100.1:5000', '198.51.100.1'],
    ['without brackets and port', '::1', '[2001:DB8::1]:5000', '2001:db8::1'],
    ['without a zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['plain if the peer is IPv4 in IPv6', '::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['behind a proxy that is IPv4 in IPv6', '::ffff:127.0.0.1', '::FFFF:c633:6401', '198.51.100.1'],
    ['behind a proxy of a range of IPv6', 'fd12::1', '2001:db8:0:0::7', '2001:db8::7'],
    ['unknown on a socket without addresses', undefined, '198.51.100.1', 'unknown'],
  ])('is %s', (_, peer, forwardedFor, expected) => {
    expect(addressOf(peer, forwardedFor)).toBe(expected);
  });

  it('is the peer for every forwarded address, if no proxy is trusted', () => {
    const withoutProxies = createClientAddress([]);
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (peer, forwardedFor) => {
        expect(withoutProxies(peer, forwardedFor)).toBe(peer);
      }),
    );
  });

  it('cannot be forged by hops that a client adds before its own', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), (forged) => {
        expect(addressOf('10.0.0.1', [...forged, '198.51.100.1', '10.0.0.2'].join(', '))).toBe('198.51.100.1');
      }),
    );
  });

  it.each(['proxy.example.org', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', '10.0.0.0/x', ''])(
    'rejects "%s" as a trusted proxy',
    (entry) => {
      expect(() => createClientAddress([entry])).toThrow('is neither an IP address nor a CIDR range');
    },
  );
});

describe('an IP address', () => {
  it('has one spelling', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const once = normaliseAddress(text);
        expect(once).toBeDefined();
        expect(normaliseAddress(once ?? '')).toBe(once);
        expect(normaliseAddress(text.toUpperCase())).toBe(once);
      }),
    );
  });

  it.each(['', 'x', '1.2.3', '1.2.3.4.5', '256.1.1.1', ':::', '12345::', '[::1', '1.2.3.4:x'])(
    'is not "%s"',
    (text) => {
      expect(normaliseAddress(text)).toBeUndefined();
    },
  );
});

describe('the network of a client', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });
});

describe('a network of a chosen size', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:1:23ff::1', '2001:db8:1:2300::/56'],
    ['::1', '0:0:0:0::/56'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address, { ipv4: 24, ipv6: 56 })).toBe(network);
  });
});
