import { createNetworks, networkOf, normaliseAddress } from '../base/ip-networks.js';

/** Returns the address of the client of a request. */
export type ClientAddress = (peer: string | undefined, forwardedFor: string | undefined) => string;

/**
 * Believes X-Forwarded-For only as far as trusted proxies wrote it: the right-most hop that is not
 * one of them. `trustedProxies` are addresses and CIDR ranges; throws on a text that is neither.
 * IPv6 comes in its canonical form, IPv4 in IPv6 as plain IPv4; a peer without an address (a Unix
 * socket) is "unknown".
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
 * What stands for one client in a count of attempts: IPv4 as it is, IPv6 by its /64, which is one
 * customer's.
 */
export function clientNetwork(address: string): string {
  return networkOf(address, { ipv4: 32, ipv6: 64 });
}
