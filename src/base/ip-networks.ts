import { BlockList, isIP } from 'node:net';

/** Whether an IP address in its one spelling (normaliseAddress) belongs to one of some networks. */
export type Networks = (address: string) => boolean;

/**
 * Returns the networks of these addresses and CIDR ranges, all of IPv4 in IPv6 taken for IPv4;
 * throws on a text that is neither.
 */
export function createNetworks(entries: readonly string[]): Networks {
  // One for each version: a list would find an address of version 4 in networks of version 6 that
  // hold ::ffff:0:0/96.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const entry of entries) addTo(lists, entry);
  return (address) => lists[familyOf(address)].check(address, familyOf(address));
}

/**
 * Returns the one spelling of an IP address, from any spelling with or without brackets, zone or
 * port, or undefined if it is none.
 */
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

/** How long the prefix of a network is, for each version of IP. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/**
 * Returns the network of an address in its one spelling, as one text; what is no address stands for
 * itself.
 */
export function networkOf(address: string, prefixes: PrefixLengths): string {
  switch (isIP(address)) {
    case 4: {
      if (prefixes.ipv4 === 32) return address;
      const bytes = masked(address.split('.').map(Number), 8, prefixes.ipv4);
      return `${bytes.join('.')}/${prefixes.ipv4}`;
    }
    case 6: {
      const groups = masked(groupsOf(address), 16, prefixes.ipv6).map((group) => group.toString(16));
      return `${groups.slice(0, Math.ceil(prefixes.ipv6 / 16)).join(':')}::/${prefixes.ipv6}`;
    }
    default:
      return address;
  }
}

/** Returns the parts of an address, of `width` bits each, without what comes after the prefix. */
function masked(parts: readonly number[], width: number, prefix: number): number[] {
  return parts.map((part, index) => {
    const kept = Math.min(width, Math.max(0, prefix - index * width));
    return (part >>> (width - kept)) << (width - kept);
  });
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const read = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [left, right] = [read(head), read(tail ?? '')];
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text);
  if (bracketed) return bracketed[1] ?? '';
  return /^[^:]*:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text;
}

function addTo(lists: Readonly<Record<'ipv4' | 'ipv6', BlockList>>, entry: string): void {
  const [network = '', bits, ...more] = entry.split('/');
  const address = normaliseAddress(network);
  const width = address !== undefined && familyOf(address) === 'ipv4' ? 32 : 128;
  const isRange = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= width;
  if (address === undefined || more.length > 0 || (bits !== undefined && !isRange)) {
    throw new Error(`${entry} is neither an IP address nor a CIDR range`);
  }
  const family = familyOf(address);
  if (isRange) lists[family].addSubnet(address, Number(bits), family);
  else lists[family].addAddress(address, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
