import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { passOn } from './reverse-proxy.js';

/** What a daemon is reached through under an address that stays, whatever port the daemon gets at each of its starts. */
export interface HttpFront {
  /** Without a trailing slash. */
  readonly url: string;
  /** Where requests go from now on, a base URL without a slash at its end: 502 before. */
  leadTo(target: string): void;
  close(): Promise<void>;
}

/** Starts one on a free port of loopback, before there is anything behind it; whoever starts it closes it. */
export async function startHttpFront(): Promise<HttpFront> {
  let target: string | undefined;
  const server = createServer((incoming, response) => {
    if (target === undefined) response.writeHead(502).end();
    else passOn(incoming, response, target);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (base) => void (target = base),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
