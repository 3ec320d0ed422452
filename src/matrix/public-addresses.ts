import { createNetworks, normaliseAddress } from '../base/ip-networks.js';

/**
 * Returns whether connections to an untrusted IP address are allowed. False for anything else.
 */
export type AddressGuard = (address: string) => boolean;

// The special-purpose registries of IANA (RFC 6890), multicast and what is reserved.
const notPublic = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Nothing of IPv6 is public but 2000::/3, and of that not Teredo and its neighbours,
  // documentation, and 6to4, which holds IPv4 addresses.
  '::/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '4000::/2',
  '8000::/1',
];

/**
 * Returns a guard that allows public addresses, and those of the allowed networks (addresses and
 * CIDR ranges).
 */
export function createAddressGuard(allowedNetworks: readonly string[]): AddressGuard {
  const isNotPublic = createNetworks(notPublic);
  const isAllowed = createNetworks(allowedNetworks);
  return (text) => {
    const address = normaliseAddress(text);
    if (address === undefined) return false;
    const reached = translated(address) ?? address;
    return isAllowed(reached) || !isNotPublic(reached);
  };
}

/**
 * Returns the IPv4 address that a translator sends on to (NAT64, RFC 6052, 2.1): if a network has
 * IPv6 only, all of IPv4 looks so.
 */
function translated(address: string): string | undefined {
  const tail = /^64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})?$/.exec(address);
  if (tail === null) return undefined;
  return normaliseAddress(`::ffff:${tail[1] ?? '0'}:${tail[2] ?? '0'}`);
}
