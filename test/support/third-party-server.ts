import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { homeCertificate, type TestCertificate } from './certificates.js';

/** A request as a server of a third party received it. */
export interface ThirdPartyRequest {
  readonly method: string | undefined;
  /** Path and query. */
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The server name in the TLS handshake, if any. */
  readonly serverName: string | undefined;
}

/** A web server of a third party, on the loopback interface. */
export interface ThirdPartyServer {
  readonly port: number;
  readonly requests: readonly ThirdPartyRequest[];
  /** Sets its answer; 404 by default. */
  answer(reply: (response: ServerResponse, request: ThirdPartyRequest) => void): void;
  close(): Promise<void>;
}

/** Starts a server. The caller closes it. With a certificate it uses TLS. */
export async function startThirdPartyServer({
  certificate = homeCertificate,
  address = '127.0.0.1',
}: { certificate?: TestCertificate | undefined | 'none'; address?: string } = {}): Promise<ThirdPartyServer> {
  const requests: ThirdPartyRequest[] = [];
  let reply = (response: ServerResponse, _request: ThirdPartyRequest): void => void response.writeHead(404).end();
  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const { method, url: path, headers, socket } = incoming;
      const named = 'servername' in socket ? socket.servername : undefined;
      const serverName = typeof named === 'string' ? named : undefined;
      const request = { method, path, headers, body, serverName };
      requests.push(request);
      reply(response, request);
    });
  };
  const server = certificate === 'none' ? createPlainServer(listener) : createSecureServer(certificate, listener);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    answer: (next) => void (reply = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function replyJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}
