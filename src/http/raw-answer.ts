import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.js';

/** How long a client that is not served may read its answer. */
const lingerMs = 1_000;

/** An answer on a connection that Node has left to us. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers in JSON on a connection on which no HTTP is spoken any more, and closes it. */
export function answerOnSocket(socket: Duplex, { status, headers, body }: RawAnswer, clock: Clock): void {
  // Node leaves such a socket to us: its errors, and a client that never closes its side.
  socket.on('error', () => socket.destroy());
  socket.once(
    'close',
    clock.after(lingerMs, () => socket.destroy()),
  );
  const text = JSON.stringify(body);
  const all = { ...headers, Connection: 'close', 'Content-Length': String(Buffer.byteLength(text)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`);
}
