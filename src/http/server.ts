import { setMaxListeners } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CallerScope } from '../base/caller.js';
import { DeadlineExceeded, withDeadline } from '../base/deadline.js';
import type { Failure } from '../base/failure.js';
import type { Runtime } from '../base/runtime.js';
import { createApplication, type SeenRequest } from './application.js';
import { answerBrokenRequest, refuseHead, refuseProxying, refuseUpgrade } from './broken-requests.js';
import { createBodyBudget } from './body-budget.js';
import { createClientAddress } from './client-ip.js';
import type { UndeclaredReplies } from './reply-check.js';
import { prepareHead } from './request-head.js';
import { ignoreUpgrade, receiveLater } from './replay-request.js';
import { createRoutes } from './routes.js';
import { createWebSockets, defaultSocketLimits, type SocketLimits } from './web-sockets.js';
import type { Api } from './api.js';

/** Bounds on what one client may ask of the server. */
export interface HttpLimits {
  /** How large a body may be that an endpoint declares as large; others may have 64 KiB at most. */
  readonly maxBodyBytes: number;
  /** How many bytes of bodies may be in memory, over all connections. */
  readonly bodyMemoryBytes: number;
  /** How many connections may be open. */
  readonly maxConnections: number;
  /** How long a client may take to send the headers of a request. */
  readonly headersTimeoutMs: number;
  /** How long a client may take to send a whole request. */
  readonly requestTimeoutMs: number;
  /**
   * How long an idle connection is kept; longer than the reverse proxy's, which would else use a
   * connection that closes under it.
   */
  readonly keepAliveTimeoutMs: number;
  readonly sockets: SocketLimits;
}

/** The default limits of the daemon. */
export const defaultHttpLimits: HttpLimits = {
  maxBodyBytes: 1024 * 1024,
  bodyMemoryBytes: 32 * 1024 * 1024,
  maxConnections: 2000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 75_000,
  sockets: defaultSocketLimits,
};

const usualBodyBytes = 64 * 1024;

/** How long interrupted requests have to send an error. */
const lastAnswersMs = 2_000;

export interface HttpServerDeps extends Runtime {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  readonly apis: readonly Api[];
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly undeclaredReplies: UndeclaredReplies;
  readonly limits: HttpLimits;
  /** Returns whether a failure affects every request at the moment. If absent, none does. */
  readonly isUnavailable?: (failure: Failure) => boolean;
  /** Set if the code that serves a request is to find its caller. */
  readonly callers?: CallerScope | undefined;
  /** Called after each request. It must not throw. */
  readonly onRequest?: ((request: SeenRequest) => void) | undefined;
}

/** A server that was not started yet. */
export interface HttpServer {
  /** Starts listening. Rejects if the address is not available. */
  start(): Promise<HttpAddress>;
  /**
   * Accepts no more connections, closes WebSockets, and lets the requests under way finish for at
   * most `deadlineMs`. Then calls `failWaits`, which ends what they wait for, leaves them two
   * seconds to answer, and closes each connection. May be called twice, and before start().
   */
  stop(deadlineMs: number, failWaits?: () => Promise<void>): Promise<void>;
}

/** The address that a server listens on. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** Returns an HTTP server for the given APIs. */
export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { host, port, limits, clock, logger } = deps;
  // No client can take all the memory, and requests without credentials get at most half of it.
  const totalBytes = Math.max(limits.bodyMemoryBytes, 4 * limits.maxBodyBytes);
  const bodies = createBodyBudget({ totalBytes, clientBytes: totalBytes / 4, publicBytes: totalBytes / 2 });
  const limitBytes = { large: limits.maxBodyBytes, usual: Math.min(usualBodyBytes, limits.maxBodyBytes) };
  const stopped = new AbortController();
  const stopping = stopped.signal;
  setMaxListeners(0, stopping);
  const clientAddress = createClientAddress(deps.trustedProxies);
  const handle = createApplication({
    ...deps,
    routes: createRoutes({ ...deps, bodies, limitBytes, stopping }),
    clientAddress,
  });
  const webSockets = createWebSockets({ ...deps, limits: limits.sockets, clientAddress, stopping });

  /** The last answer on each connection that is not finished. */
  const pending = new WeakMap<Duplex, ServerResponse>();
  let underWay = 0;
  let idle: () => void = () => undefined;
  const isOver = () => {
    underWay -= 1;
    if (underWay === 0) idle();
  };
  const counted: RequestListener = (request, response) => {
    const { socket } = request;
    pending.set(socket, response);
    response.once('close', () => pending.get(socket) === response && pending.delete(socket));
    const problem = prepareHead(request);
    if (problem !== undefined) return refuseHead(response, problem);
    underWay += 1;
    if (stopping.aborted) response.setHeader('Connection', 'close');
    response.once('close', isOver);
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
  // Node would answer 417 without a body; an unknown expectation may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', counted);
  server.on('clientError', (error, socket) => answerBrokenRequest(error, socket, clock));
  // Node would close the connection without a word.
  server.on('connect', (_request, socket) => refuseProxying(socket, clock));
  server.maxConnections = limits.maxConnections;
  let isFull = false;
  server.on('drop', () => {
    // Idle connections make room for new ones.
    server.closeIdleConnections();
    if (!isFull) logger.warn('too many connections', { maxConnections: limits.maxConnections });
    isFull = true;
  });
  server.on('connection', () => (isFull = false));
  // A client may close its side after its request and still wait for the answer (RFC 9112, 9.6).
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('upgrade', (request, socket, head) => {
    // Requests that were sent before on this connection are answered first.
    const before = pending.get(socket);
    if (before) {
      const isFree = new Promise<void>((resolve) => before.once('close', () => resolve()));
      return receiveLater(server, { request, socket, head }, isFree);
    }
    const problem = prepareHead(request);
    if (problem !== undefined) return refuseUpgrade(socket, problem, clock);
    const work = webSockets.admit(request, socket, head);
    if (work === undefined) return ignoreUpgrade(server, { request, socket, head });
    underWay += 1;
    void work.then(isOver);
  });

  let stop: Promise<void> | undefined;
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
  const closeAll = () => {
    server.closeAllConnections();
    webSockets.cutOff();
  };
  const stopNow = async (deadlineMs: number, failWaits?: () => Promise<void>) => {
    stopped.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const cutOff = async () => {
      if (!failWaits || !(await drained(lastAnswersMs))) {
        logger.warn('requests cut off at shutdown', { requests: underWay });
      }
      closeAll();
    };
    if (await drained(deadlineMs)) closeAll();
    else await Promise.all([failWaits?.(), cutOff()]);
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
    stop: (deadlineMs, failWaits) => (stop ??= stopNow(deadlineMs, failWaits)),
  };
}
