import { WebSocket } from 'ws';

/** The result of a request for a WebSocket: an open WebSocket, or an HTTP response. */
export type Opened =
  | { readonly socket: TestSocket }
  | { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly text: string };

/** An open WebSocket. */
export interface TestSocket {
  /** The subprotocol that the server has selected; empty if it has selected none. */
  readonly protocol: string;
  /** Returns the next message, as JSON. Rejects if the WebSocket closes before it comes. */
  next(): Promise<unknown>;
  /** The code with which it was closed. */
  readonly closed: Promise<number>;
  send(data: string): void;
  close(): void;
  /** Breaks the connection without a closing handshake. */
  terminate(): void;
}

/** Requests a WebSocket from a server on this machine. */
export function openSocket(
  port: number,
  path: string,
  { protocols = [], headers = {} }: { readonly protocols?: string[]; readonly headers?: Record<string, string> } = {},
): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers });
    const arrived: string[] = [];
    const waiting: { readonly resolve: (text: string) => void; readonly reject: (error: Error) => void }[] = [];
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      const first = waiting.shift();
      if (first) first.resolve(text);
      else arrived.push(text);
    });
    const closed = new Promise<number>((settle) => {
      socket.on('close', (code) => {
        for (const { reject: fail } of waiting) fail(new Error(`closed with ${code}`));
        settle(code);
      });
    });
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    socket.on('open', () =>
      resolve({
        socket: {
          protocol: socket.protocol,
          closed,
          async next() {
            const text =
              arrived.shift() ??
              (await new Promise<string>((settle, fail) => waiting.push({ resolve: settle, reject: fail })));
            return JSON.parse(text) as unknown;
          },
          send: (data) => socket.send(data),
          close: () => socket.close(),
          terminate: () => socket.terminate(),
        },
      }),
    );
  });
}

/** Returns the WebSocket. Throws if it did not open. */
export async function mustOpen(opened: Promise<Opened>): Promise<TestSocket> {
  const outcome = await opened;
  if ('socket' in outcome) return outcome.socket;
  throw new Error(`no WebSocket but ${outcome.status} ${outcome.text}`);
}
