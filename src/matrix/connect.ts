import { connect as connectPlainly, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectSecurely } from 'node:tls';

/** The address to connect to, and the name expected in its certificate. */
export interface Target {
  /** IP addresses, tried one after the other. */
  readonly addresses: readonly string[];
  readonly port: number;
  /**
   * The name that the certificate must be for, an IP address without brackets; undefined for a
   * connection without TLS.
   */
  readonly certificateName: string | undefined;
  /** Certificate authorities in PEM, instead of those of Node. */
  readonly ca: string | undefined;
}

// How long one address may take while others wait. Some networks drop what they do not route, and a
// deadline is for all of them.
const attemptMs = 2000;

/**
 * Returns a connection that stands, with its certificate checked. Rejects as the socket does, or
 * with the reason of the signal.
 */
export function connectTo(target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = begin(target);
    const abort = () => socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', reject);
    // Without an error, because the other side went away politely in the middle of it.
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
      reject(new Error('the connection was closed'));
    });
    socket.once(target.certificateName === undefined ? 'connect' : 'secureConnect', () => {
      socket.off('error', reject);
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
  });
}

function begin({ addresses, port, certificateName, ca }: Target): Socket {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  const options: NetConnectOpts = {
    // The name is not resolved again: whatever it is, it leads to these addresses.
    host: 'checked.invalid',
    port,
    lookup: (_host, _options, callback) => callback(null, found),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
  };
  if (certificateName === undefined) return connectPlainly(options);
  return connectSecurely({
    ...options,
    ...(ca === undefined ? {} : { ca }),
    ...(isIP(certificateName) === 0 ? { servername: certificateName } : {}),
    ALPNProtocols: ['http/1.1'],
    // The environment can switch it off.
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(certificateName, certificate),
  });
}
