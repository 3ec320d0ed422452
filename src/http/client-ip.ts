import { createNetworks, networkOf, normaliseAddress } from '../base/ip-networks.js';

/** Returns the address of the client of a request. */
export type ClientAddress = (peer: string | undefined, forwardedFor: string | undefined) => string;

/**
 * Returns a reader of client addresses. It uses X-Forwarded-For only as far as trusted proxies
 * wrote it: the right-most hop that is not one of them. `trustedProxies` are addresses and CIDR
 * ranges; throws if a text is neither. IPv6 addresses are returned in canonical form, IPv4 in IPv6
 * as plain IPv4; a peer without an address (a Unix socket) is "unknown".
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = createNetworks(trustedProxies);

  return (peer, forwardedFor) => {
    let address = normaliseAddress(peer ?? '');
    if (address === undefined) return 'unknown';
    const hops = (forwardedFor ?? '').split(',');
    while (isTrusted(address)) {
      const hop: string | undefined = normaliseAddress(hops.pop() ?? '');
      if (hop === undefined) break;
      address = hop;
    }
    return address;
  };
}

/**
 * Returns the key by which the attempts of a client are counted: an IPv4 address, or the /64 of an
 * IPv6 address, which belongs to one customer.
 */
export function clientNetwork(address: string): string {
  return networkOf(address, { ipv4: 32, ipv6: 64 });
}
