import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const dropped = new Set(['upgrade', 'http2-settings']);

/**
 * Has the server serve a request as if it had not asked for another protocol, as servers may (RFC 9110, 7.8) and as Node does while
 * nobody listens for such requests: some clients offer HTTP/2 with every first request. `head` is what came after the headers.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2);
    if (dropped.has(name.toLowerCase())) continue;
    lines.push(`${name}: ${name.toLowerCase() === 'connection' ? withoutDropped(value) : value}`);
  }
  // Node reads header bytes as Latin-1.
  const again = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.unshift(Buffer.concat([again, head]));
  server.emit('connection', socket);
}

function withoutDropped(connection: string): string {
  const kept = connection.split(',').filter((token) => !dropped.has(token.trim().toLowerCase()));
  return kept.length === 0 ? 'keep-alive' : kept.join(',');
}
