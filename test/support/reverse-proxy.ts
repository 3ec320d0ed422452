import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** A reverse proxy as administrators set it up in front of a homeserver and Gangway. */
export interface ReverseProxy {
  /** Without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** The targets of requests: base URLs without a slash at their ends. */
export interface ReverseProxyTargets {
  /** Receives the logins, the 3PIDs of accounts, the provisioning API, and the identity service. */
  readonly gangway: string;
  /** Receives everything else. */
  readonly homeserver: string;
}

const forGangway =
  /^\/_matrix\/(client\/(api\/v1|r0|v3|unstable)\/login|client\/(r0|v3|unstable)\/account\/3pid(\/.*)?|client\/unstable\/gangway\/.*|provision\/.*|identity\/.*)$/;

/** Starts a proxy on a free port. The caller closes it. */
export async function startReverseProxy({ gangway, homeserver }: ReverseProxyTargets): Promise<ReverseProxy> {
  const server = createServer((incoming, response) => {
    const path = (incoming.url ?? '').replace(/\?.*$/, '');
    passOn(incoming, response, forGangway.test(path) ? gangway : homeserver);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Forwards a request to a base URL without a slash at its end, and returns the answer. */
export function passOn(incoming: IncomingMessage, response: ServerResponse, target: string): void {
  const outgoing = request(`${target}${incoming.url}`, {
    method: incoming.method,
    headers: { ...incoming.headers, 'x-forwarded-for': forwardedFor(incoming), 'x-forwarded-proto': 'https' },
    agent: false,
  });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  outgoing.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function forwardedFor({ headers, socket }: IncomingMessage): string {
  return [headers['x-forwarded-for'], socket.remoteAddress].flat().filter(Boolean).join(', ');
}
