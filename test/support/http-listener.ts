import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it was received. */
export interface HeardRequest {
  readonly method: string;
  /** Path and query, not decoded. */
  readonly uri: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server on loopback, for stand-ins of services that Gangway calls. */
export interface HttpListener {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Answers each request with `answer`, which may also leave it open. The caller stops it. */
export async function startHttpListener(
  answer: (request: HeardRequest, response: ServerResponse) => void,
): Promise<HttpListener> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const { method = '', url: uri = '', headers } = request;
      answer({ method, uri, headers, body: Buffer.concat(chunks).toString('utf8') }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
