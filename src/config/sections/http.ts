import { host, network } from '../network-address.js';
import { group, withDefault } from '../setting.js';
import { listOf, wholeNumber } from '../value.js';

/** The listener of all the HTTP APIs. */
export const http = group(
  'The listener of the HTTP APIs.',
  {
    host: withDefault(
      host,
      '127.0.0.1',
      'The address to listen on. 0.0.0.0 listens on all interfaces: then put a reverse proxy with TLS in front.',
    ),
    port: withDefault(wholeNumber(0, 65535), '28917', 'The port to listen on. 0 takes a free port and logs it.'),
    trusted_proxies: withDefault(
      listOf(network, 'IP addresses, or networks such as 10.0.0.0/8'),
      [],
      'Reverse proxies whose X-Forwarded-For header is trusted. Logins and failed attempts are limited by ' +
        'client address: without this setting, all requests through a proxy count as one client.',
    ),
    max_body_kilobytes: withDefault(
      wholeNumber(1, 65536),
      '1024',
      'The maximum size of a request body for 3PID lookups. Other endpoints accept 64 KiB. A larger body is ' +
        'rejected with 413.',
    ),
    max_connections: withDefault(
      wholeNumber(10, 1_000_000),
      '2000',
      'The maximum number of open connections. Further connections are closed at once.',
    ),
    shutdown_seconds: withDefault(
      wholeNumber(0, 600),
      '15',
      'How long running requests may take after SIGTERM before their connections are closed.',
    ),
  },
  (keys) => ({
    host: keys.host,
    port: keys.port,
    trustedProxies: keys.trusted_proxies,
    maxConnections: keys.max_connections,
    maxBodyBytes: keys.max_body_kilobytes * 1024,
    shutdownMs: keys.shutdown_seconds * 1000,
  }),
);
