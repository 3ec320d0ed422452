import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { passOn } from './reverse-proxy.js';

/** A proxy with a fixed address in front of a daemon, whose port changes with each start. */
export interface HttpFront {
  /** Without a trailing slash. */
  readonly url: string;
  /** Sets the target of requests, a base URL without a slash at its end. Answers 502 until then. */
  leadTo(target: string): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of loopback, before there is a target. The caller closes it. */
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
