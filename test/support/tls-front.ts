import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { homeCertificate } from './certificates.js';
import { passOn } from './reverse-proxy.js';

/** What speaks TLS for a server behind it, under the name localhost. */
export interface TlsFront {
  /** `localhost`, and the port. */
  readonly host: string;
  /** Without a trailing slash. */
  readonly url: string;
  /** Where requests go from now on, a base URL without a slash at its end: 502 before. */
  leadTo(target: string): void;
  close(): Promise<void>;
}

/** Starts one on a free port, before there is anything behind it; whoever starts it closes it. */
export async function startTlsFront(): Promise<TlsFront> {
  let target: string | undefined;
  const server = createServer(homeCertificate, (incoming, response) => {
    if (target === undefined) response.writeHead(502).end();
    else passOn(incoming, response, target);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `https://${host}`,
    leadTo: (base) => void (target = base),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
