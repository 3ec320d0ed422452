import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandboxFailure, type SandboxControl } from './control.js';
import { parseFault } from './fault-json.js';
import { OrderFailure, readOrder, textIn, type Order } from './order.js';
import { RpcRefusal } from './rpc/refusal.js';
import type { DataCentreAddress } from './services/network.js';

/** The reply of GET /info. */
export interface SandboxInfo {
  readonly dataCentres: readonly DataCentreAddress[];
  readonly publicKeyPem: string;
}

/** The control API over HTTP, while it is served. */
export interface ServedControl {
  readonly url: string;
  stop(): Promise<void>;
}

type Route = (order: Order) => unknown;

/**
 * Serves the control API (docs/sandbox.md) in JSON; it has no authentication, so it belongs on
 * loopback.
 */
export async function serveControl(
  control: SandboxControl,
  info: SandboxInfo,
  address: { readonly host: string; readonly announcedHost: string; readonly port: number },
): Promise<ServedControl> {
  const routes = new Map<string, Route>([
    ['GET /info', () => info],
    ['GET /calls', () => control.calls()],
    ['GET /sessions', () => control.sessions()],
    ['GET /keys', () => control.keys()],
    ['POST /faults', (order) => void control.addFault(parseFault(order))],
    ['DELETE /faults', () => control.clearFaults()],
    ['POST /cut', () => control.cutConnections()],
    ['POST /forget', (order) => control.deleteAuthKeys('account' in order ? textIn(order, 'account') : undefined)],
    ['POST /revoke', (order) => control.revokeSessions(textIn(order, 'account'), textIn(order, 'error'))],
    [
      'POST /accept-login-token',
      (order) => control.acceptLoginToken(Buffer.from(textIn(order, 'token'), 'base64url'), textIn(order, 'phone')),
    ],
    ['POST /reset', () => control.reset()],
  ]);

  const server = createServer((request, response) => {
    handle(routes, request).then(
      ({ status, body }) => reply(response, status, body),
      () => reply(response, 500, { error: 'internal' }),
    );
  });
  server.listen(address.port, address.host);
  await once(server, 'listening');
  return {
    url: `http://${address.announcedHost}:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function handle(routes: ReadonlyMap<string, Route>, request: IncomingMessage): Promise<Answer> {
  const path = new URL(request.url ?? '/', 'http://sandbox.invalid').pathname;
  const route = routes.get(`${request.method} ${path}`);
  if (!route) return { status: 404, body: { error: 'no_such_route' } };
  try {
    return { status: 200, body: route(await readOrder(request)) ?? {} };
  } catch (error) {
    if (error instanceof OrderFailure) {
      return { status: 400, body: { error: error.details.kind, what: error.details.what } };
    }
    if (error instanceof RpcRefusal) {
      return { status: 400, body: { error: error.details.kind, what: error.details.name } };
    }
    if (error instanceof SandboxFailure) return { status: 400, body: { error: error.details.kind } };
    throw error;
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
