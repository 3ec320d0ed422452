import { once } from 'node:events';
import { createServer } from 'node:http';

/** A minimal homeserver for the demo: it verifies one token. */
export interface DemoHomeserver {
  /** The base URL of its federation API, without a trailing slash. */
  readonly url: string;
  /** The OpenID token of its only user. */
  readonly openIdToken: string;
  close(): Promise<void>;
}

/** Starts a homeserver on loopback that accepts one token, for `mxid`. */
export async function startDemoHomeserver(mxid: string): Promise<DemoHomeserver> {
  const openIdToken = 'a-token-that-the-homeserver-gave-her';
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://homeserver');
    const isKnown = pathname.endsWith('/openid/userinfo') && searchParams.get('access_token') === openIdToken;
    response.writeHead(isKnown ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(
      JSON.stringify(isKnown ? { sub: mxid } : { errcode: 'M_UNRECOGNIZED', error: 'Not part of the demo' }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    openIdToken,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
