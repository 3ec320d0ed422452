import type { ThirdPartyAddress } from './canonical-address.js';

/**
 * Returns an address that its owner recognizes and that others cannot use: `a…@example.org`,
 * `+…42`.
 */
export function maskAddress({ medium, address }: ThirdPartyAddress): string {
  if (medium === 'msisdn') return `+…${address.slice(-2)}`;
  const at = address.lastIndexOf('@');
  // By characters, so that none is cut in two.
  const [first = ''] = address.slice(0, at);
  return `${first}…${address.slice(at)}`;
}
