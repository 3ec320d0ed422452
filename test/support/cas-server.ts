import { randomBytes } from 'node:crypto';
import { startHttpListener } from './http-listener.js';

/** A CAS server, which logs its user in without being asked (CAS protocol 2.0). */
export interface CasServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** The user in front of the browser. */
  user: string;
  stop(): Promise<void>;
}

/** Starts a CAS server on loopback. The caller stops it. */
export async function startCasServer(): Promise<CasServer> {
  const tickets = new Map<string, string>();
  const listener = await startHttpListener(({ uri }, response) => {
    const { pathname, searchParams } = new URL(uri, 'http://cas.test');
    if (pathname === '/login') {
      const ticket = `ST-${randomBytes(8).toString('hex')}`;
      tickets.set(ticket, cas.user);
      const target = new URL(searchParams.get('service') ?? '');
      target.searchParams.set('ticket', ticket);
      response.writeHead(302, { Location: target.href }).end();
      return;
    }
    const ticket = searchParams.get('ticket') ?? '';
    const user = tickets.get(ticket);
    tickets.delete(ticket);
    const outcome =
      user === undefined
        ? '<cas:authenticationFailure code="INVALID_TICKET">unknown</cas:authenticationFailure>'
        : `<cas:authenticationSuccess><cas:user>${user}</cas:user></cas:authenticationSuccess>`;
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(`<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">${outcome}</cas:serviceResponse>`);
  });
  const cas: CasServer = { url: listener.url, user: '', stop: () => listener.stop() };
  return cas;
}
