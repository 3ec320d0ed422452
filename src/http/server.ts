import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../base/deadline.js';
import type { Failure } from '../base/failure.js';
import type { Logger } from '../base/logger.js';
import type { Random } from '../base/random.js';
import { createApplication } from './application.js';
import { createClientAddress } from './client-ip.js';
import { crossOriginHeaders } from './cross-origin.js';
import type { UndeclaredReplies } from './reply-check.js';
import { createBodyReader } from './request-body.js';
import { createRoutes } from './routes.js';
import type { Surface } from './surface.js';

/** Bounds on what one client may ask of the server. */
export interface HttpLimits {
  readonly maxBodyBytes: number;
  /** How long a client may take to send the headers of a request. */
  readonly headersTimeoutMs: number;
  /** How long a client may take to send a whole request. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept; longer than the reverse proxy's, which would else use a connection that closes under it. */
  readonly keepAliveTimeoutMs: number;
}

/** The limits of the daemon unless it is told others. */
export const defaultHttpLimits: HttpLimits = {
  maxBodyBytes: 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 75_000,
};

/** How long a client that is not served may read its answer. */
const lingerMs = 1_000;

/** How long requests have to say that they were given up. */
const lastAnswersMs = 2_000;

/** What createHttpServer needs. */
export interface HttpServerDeps {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly surfaces: readonly Surface[];
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly undeclaredReplies: UndeclaredReplies;
  readonly limits: HttpLimits;
  /** Whether a failure means that something every request needs fails at the moment; no failure does where absent. */
  readonly isUnavailable?: (failure: Failure) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A server that was not started yet. */
export interface HttpServer {
  /** Listens; rejects where the address cannot be had. */
  start(): Promise<HttpAddress>;
  /**
   * Takes no more connections and lets the requests under way finish for at most `deadlineMs`. Then calls `giveUp`, which makes
   * what they wait for fail, gives them two seconds to say so, and closes every connection. May be called twice, and before start().
   */
  stop(deadlineMs: number, giveUp?: () => Promise<void>): Promise<void>;
}

/** Where a server listens. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** An HTTP server for the given surfaces. */
export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { host, port, limits, clock, logger } = deps;
  const readBody = createBodyReader(limits.maxBodyBytes);
  const handle = createApplication({
    ...deps,
    routes: createRoutes({ ...deps, readBody }),
    clientAddress: createClientAddress(deps.trustedProxies),
  });

  let draining = false;
  let underWay = 0;
  let idle: () => void = () => undefined;
  const counted: RequestListener = (request, response) => {
    // RFC 9112, 3.2; older versions of HTTP know no Host.
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      response.statusCode = 400;
      response.setHeaders(new Map(Object.entries(brokenRequestHeaders))).end(JSON.stringify(hostMissing));
      return;
    }
    underWay += 1;
    if (draining) response.setHeader('Connection', 'close');
    response.once('close', () => {
      underWay -= 1;
      if (underWay === 0) idle();
    });
    handle(request, response);
  };
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
      // Node would refuse without a body.
      requireHostHeader: false,
    },
    counted,
  );
  // Node would answer 417 without a body; an expectation that we do not know may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', counted);
  server.on('clientError', (error, socket) => answerBrokenRequest(error, socket, clock));
  // Node would close the connection without a word.
  server.on('connect', (_request, socket) => answerOnSocket(socket, noProxy, clock));

  let stopping: Promise<void> | undefined;
  const drained = async (withinMs: number): Promise<boolean> => {
    if (underWay === 0) return true;
    try {
      await withDeadline(clock, withinMs, new Promise<void>((resolve) => (idle = resolve)));
      return true;
    } catch (error) {
      if (error instanceof DeadlineExceeded) return false;
      throw error;
    }
  };
  const stop = async (deadlineMs: number, giveUp?: () => Promise<void>) => {
    draining = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const cutOff = async () => {
      if (!giveUp || !(await drained(lastAnswersMs))) {
        logger.warn('requests cut off at shutdown', { requests: underWay });
      }
      server.closeAllConnections();
    };
    if (await drained(deadlineMs)) server.closeAllConnections();
    else await Promise.all([giveUp?.(), cutOff()]);
    await closed;
  };

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve({ host, port: (server.address() as AddressInfo).port });
        });
      }),
    stop: (deadlineMs, giveUp) => (stopping ??= stop(deadlineMs, giveUp)),
  };
}

type SocketAnswer = readonly [status: string, errcode: string, error: string];

const jsonType = 'application/json; charset=utf-8';
const hostMissing = { error: 'The Host header is missing.', errcode: 'request_malformed' };
const noProxy: SocketAnswer = ['400 Bad Request', 'request_malformed', 'This is no proxy.'];
const noHttp: SocketAnswer = ['400 Bad Request', 'request_malformed', 'This is not HTTP.'];
const brokenRequests: Readonly<Record<string, SocketAnswer>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers_too_large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'The request took too long to arrive.'],
};

const brokenRequestHeaders = { 'Content-Type': jsonType, Connection: 'close', ...crossOriginHeaders };
const brokenRequestLines = Object.entries(brokenRequestHeaders)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

// Node's own answers have no body, and every answer of ours is JSON.
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex, clock: Clock): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answerOnSocket(socket, brokenRequests[error.code ?? ''] ?? noHttp, clock);
}

function answerOnSocket(socket: Duplex, [status, errcode, error]: SocketAnswer, clock: Clock): void {
  // Node leaves such a socket to us: its errors, and a client that never closes its side.
  socket.on('error', () => socket.destroy());
  socket.once(
    'close',
    clock.after(lingerMs, () => socket.destroy()),
  );
  const body = JSON.stringify({ error, errcode });
  socket.end(`HTTP/1.1 ${status}\r\n${brokenRequestLines}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
