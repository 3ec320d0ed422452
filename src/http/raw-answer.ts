import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.js';
import type { WrittenAnswer } from './write-reply.js';

/** How long a client that is not served may read its answer. */
const lingerMs = 1_000;

/**
 * Answers on a connection that Node has left to us, on which no HTTP is spoken any more, and closes
 * it.
 */
export function answerOnSocket(socket: Duplex, { status, headers, text }: WrittenAnswer, clock: Clock): void {
  // Node leaves such a socket to us: its errors, and a client that never closes its side.
  socket.on('error', () => socket.destroy());
  socket.once(
    'close',
    clock.after(lingerMs, () => socket.destroy()),
  );
  const all = { ...headers, Connection: 'close', 'Content-Length': String(Buffer.byteLength(text)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text.toString()}`);
}
