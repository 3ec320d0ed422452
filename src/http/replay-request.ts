import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const ofUpgrade = new Set(['upgrade', 'http2-settings']);

/**
 * A request for another protocol, whose connection Node has left to us; `head` is what came after
 * its headers.
 */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Serves a request for another protocol as if it had not asked for one, as servers may (RFC 9110,
 * 7.8) and as Node does without a listener for such requests: some clients offer HTTP/2 with every
 * first request.
 */
export function ignoreUpgrade(server: Server, upgrade: UpgradeRequest): void {
  putBack(upgrade, (name, value) => {
    if (ofUpgrade.has(name)) return undefined;
    return name === 'connection' ? withoutUpgrade(value) : value;
  });
  server.emit('connection', upgrade.socket);
}

/** Has the server receive a request for another protocol again once `isFree` resolves. */
export function receiveLater(server: Server, upgrade: UpgradeRequest, isFree: Promise<unknown>): void {
  // At once: after the end of what the client sends, nothing can be put back.
  putBack(upgrade, (_name, value) => value);
  void isFree.then(() => upgrade.socket.destroyed || server.emit('connection', upgrade.socket));
}

function putBack(
  { request, socket, head }: UpgradeRequest,
  change: (name: string, value: string) => string | undefined,
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2);
    const changed = change(name.toLowerCase(), value);
    if (changed !== undefined) lines.push(`${name}: ${changed}`);
  }
  // Node reads header bytes as Latin-1.
  const again = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.unshift(Buffer.concat([again, head]));
}

function withoutUpgrade(connection: string): string {
  const kept = connection.split(',').filter((token) => !ofUpgrade.has(token.trim().toLowerCase()));
  return kept.length === 0 ? 'keep-alive' : kept.join(',');
}
