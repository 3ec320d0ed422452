import { BlockList, isIP } from 'node:net';

/** Says which address a request came from. */
export type ClientAddress = (peer: string | undefined, forwardedFor: string | undefined) => string;

/**
 * Believes X-Forwarded-For only as far as trusted proxies wrote it: the right-most hop that is not one of them.
 * `trustedProxies` are addresses and CIDR ranges; throws on a text that is neither.
 * IPv6 comes in its canonical form, IPv4 in IPv6 as plain IPv4; a peer without an address (a Unix socket) is "unknown".
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const entry of trustedProxies) addTo(trusted, entry);
  const isTrusted = (address: string) => trusted.check(address, familyOf(address));

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

/** The one spelling of an IP address, from any spelling with or without brackets, zone or port; undefined where it is none. */
export function normaliseAddress(text: string): string | undefined {
  const bare = withoutPort(text.trim()).replace(/%.*$/, '');
  if (isIP(bare) === 4) return bare;
  if (isIP(bare) !== 6) return undefined;
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) return canonical;
  const bits = (Number.parseInt(mapped[1] ?? '', 16) << 16) | Number.parseInt(mapped[2] ?? '', 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

/** What stands for one client in a count of attempts: IPv4 as it is, IPv6 by its /64, which is one customer's. */
export function clientNetwork(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return `${[...left, ...Array<string>(gap).fill('0'), ...right].slice(0, 4).join(':')}::/64`;
}

function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text);
  if (bracketed) return bracketed[1] ?? '';
  return /^[^:]*:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text;
}

function addTo(list: BlockList, entry: string): void {
  const [network = '', bits, ...more] = entry.split('/');
  const address = normaliseAddress(network);
  const width = address !== undefined && familyOf(address) === 'ipv4' ? 32 : 128;
  const isRange = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= width;
  if (address === undefined || more.length > 0 || (bits !== undefined && !isRange)) {
    throw new Error(`${entry} is neither an IP address nor a CIDR range`);
  }
  if (isRange) list.addSubnet(address, Number(bits), familyOf(address));
  else list.addAddress(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
