import { isIPv6 } from 'node:net';

/** Addresses to listen on, with the address at which the same machine reaches them. */
const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Returns the address and port, as in a URL. */
export function endpointOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Returns the address and port at which this machine reaches the listener, as in a URL. */
export function localEndpoint({ host, port }: { readonly host: string; readonly port: number }): string {
  return endpointOf({ host: everywhere[host] ?? host, port });
}
