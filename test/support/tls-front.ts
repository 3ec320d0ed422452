import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { homeCertificate } from './certificates.js';
import { passOn } from './reverse-proxy.js';

/** A TLS proxy for a server behind it, with the name localhost. */
export interface TlsFront {
  /** `localhost`, and the port. */
  readonly host: string;
  /** Without a trailing slash. */
  readonly url: string;
  /** Sets the target of requests, a base URL without a slash at its end. Answers 502 until then. */
  leadTo(target: string): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port, before there is a target. The caller closes it. */
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
