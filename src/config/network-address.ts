import { isIP } from 'node:net';
import { text, wholeNumber } from './value.js';

/** A TCP port that one can connect to. */
export const remotePort = wholeNumber(1, 65535);

/** An IP address, version 4 or 6. */
export const ipAddress = text({ expects: 'an IP address' }, (input) => (isIP(input) === 0 ? undefined : input));

/** An IP address or a network, as `10.0.0.0/8`. */
export const network = text({ expects: 'an IP address, or a network such as 10.0.0.0/8' }, (input) => {
  const [address = '', bits, ...rest] = input.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  if (bits === undefined) return input;
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128) ? input : undefined;
});

const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** Whether the text is an IP address or a host name, without a port. */
export function isHost(input: string): boolean {
  return isIP(input) !== 0 || hostName.test(input);
}

/** An IP address or a host name, without a port. */
export const host = text({ expects: 'an IP address or a host name, without a port' }, (input) =>
  isHost(input) ? input : undefined,
);
