import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { CallerScope } from '../base/caller.js';
import type { Cancel, Clock } from '../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../base/deadline.js';
import { randomId, type Random } from '../base/random.js';
import { QueueFull, type QueueShare, WorkQueue } from '../base/work-queue.js';
import type { SeenRequest } from './application.js';
import { callerOf } from './caller-of.js';
import type { ClientAddress } from './client-ip.js';
import { errorReply, type ErrorReplyDeps } from './error-reply.js';
import { compilePath, type PathPattern } from './path-pattern.js';
import type { Principal } from './principal.js';
import { HttpFailure } from './problem.js';
import { answerOnSocket } from './raw-answer.js';
import { written } from './write-reply.js';
import type { Conversation, MessageSocket, SocketEndpoint } from './socket-endpoint.js';
import type { Api } from './api.js';

/** Bounds on WebSockets. */
export interface SocketLimits {
  /** How many may be open at a time, each for a caller that is authenticated. */
  readonly maxOpen: number;
  /** How many of them may be those of one user. */
  readonly maxOpenPerUser: number;
  /** How many callers may be authenticated at a time; open WebSockets are counted separately. */
  readonly maxArriving: number;
  /** How long the authentication of one may take. */
  readonly arrivalMs: number;
  /** How long one may stay open. */
  readonly lifetimeMs: number;
  /**
   * How often the client is asked whether it is there; it is cut off when it has not answered by
   * the next time.
   */
  readonly pingEveryMs: number;
  /** How large a message of a client may be. */
  readonly maxMessageBytes: number;
  /** How many messages a client may send, none of which is read. */
  readonly maxMessages: number;
}

/** The default limits of the daemon. */
export const defaultSocketLimits: SocketLimits = {
  maxOpen: 200,
  maxOpenPerUser: 10,
  maxArriving: 100,
  arrivalMs: 5_000,
  lifetimeMs: 15 * 60_000,
  pingEveryMs: 30_000,
  maxMessageBytes: 1024,
  maxMessages: 16,
};

/** How long a client may take to confirm that it is closed. */
const closeTimeoutMs = 2_000;

export interface WebSocketServerDeps extends ErrorReplyDeps {
  readonly apis: readonly Api[];
  readonly clientAddress: ClientAddress;
  readonly limits: SocketLimits;
  /** When it aborts, what is open is closed, and nothing opens any more. */
  readonly stopping: AbortSignal;
  /** Set if the code that serves a request is to find its caller. */
  readonly callers?: CallerScope | undefined;
  /** Called after each WebSocket has closed. It must not throw. */
  readonly onRequest?: ((request: SeenRequest) => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** Opens the WebSockets of the APIs. */
export interface WebSockets {
  /**
   * Accepts a request for a WebSocket, and resolves when the WebSocket is closed. Returns
   * undefined, without effect, if the request is not valid for a WebSocket or no API has one on
   * its path.
   */
  admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> | undefined;
  /** Breaks every connection that is left. */
  cutOff(): void;
}

interface Mount extends PathPattern {
  readonly api: Api;
  readonly entry: SocketEndpoint;
}

/** A request to open a WebSocket. */
interface UpgradeRequest {
  readonly mount: Mount;
  readonly request: IncomingMessage;
  readonly path: string;
  readonly clientAddress: string;
}

/** Returns WebSockets that accept upgrade requests. */
export function createWebSockets(deps: WebSocketServerDeps): WebSockets {
  const { limits, callers, onRequest, stopping, clock, random, logger } = deps;
  const mounts = deps.apis.flatMap((api) =>
    (api.sockets ?? []).flatMap((entry) =>
      api.prefixes.map((prefix): Mount => ({
        ...compilePath(prefix, entry.endpoint.path, entry.endpoint.params),
        api,
        entry,
      })),
    ),
  );
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
  });
  const sockets = new Set<Duplex>();
  const arriving = new WorkQueue({ maxConcurrent: limits.maxArriving, maxWaiting: 0 });
  const places = new WorkQueue({ maxConcurrent: limits.maxOpen, maxWaiting: 0 });

  async function serve(upgrade: UpgradeRequest, socket: Duplex, head: Buffer): Promise<void> {
    const { mount, request, clientAddress } = upgrade;
    const { api, entry } = mount;
    const { endpoint } = entry;
    const startedAt = clock.now();
    const requestId = randomId(random);
    let status = 101;
    try {
      const principal = await authenticated(upgrade);
      const work = () => serveAdmitted(upgrade, principal, socket, head);
      const caller = callerOf({ requestId, clientAddress }, () => ({ principal, api }));
      await places.run(() => (callers ? callers.run(caller, work) : work()), { shares: sharesOf(principal) });
    } catch (thrown) {
      const error = isOverload(thrown) ? new HttpFailure({ kind: 'too_many_open' }) : thrown;
      const reply = errorReply(error, { api, endpoint, requestId }, deps);
      if (reply === undefined) return void socket.destroy();
      status = reply.status;
      answerOnSocket(
        socket,
        written({ ...reply, headers: { 'X-Request-Id': requestId, ...reply.headers } }, api),
        clock,
      );
    } finally {
      const route = `${api.prefixes[0]}${endpoint.path}`;
      const seen = { method: request.method ?? '', route, status, durationMs: clock.now() - startedAt };
      onRequest?.(seen);
      logger.info('request', { requestId, ...seen, clientAddress });
    }
  }

  async function serveAdmitted(
    upgrade: UpgradeRequest,
    principal: Principal,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const { mount, request, path, clientAddress } = upgrade;
    const params = mount.params(mount.regexp.exec(path)?.slice(1) ?? []);
    const conversation = await mount.entry.open({ params, query: queryOf(request), principal, clientAddress });
    await new Promise<void>((resolve) => {
      const hold = (work: Promise<void>) => void work.then(resolve);
      let hasBegun = false;
      const serveClosed = () => {
        if (!hasBegun) hold(speak(conversation, unheard).then(() => undefined));
        hasBegun = true;
      };
      socket.once('close', serveClosed);
      if (hasGone(socket)) {
        socket.destroy();
        return serveClosed();
      }
      upgrader.handleUpgrade(request, socket, head, (open) => {
        hasBegun = true;
        hold(converse(conversation, open));
      });
    });
  }

  /** Authenticates a request. Unauthenticated requests are counted separately. */
  async function authenticated({ mount, request, clientAddress }: UpgradeRequest): Promise<Principal> {
    const { api, entry } = mount;
    if (stopping.aborted) throw new HttpFailure({ kind: 'too_many_open' });
    const query = queryOf(request);
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());
    // They can contain the secret, so the header is deleted.
    delete request.headers['sec-websocket-protocol'];
    if (offered.includes(entry.protocol)) request.headers['sec-websocket-protocol'] = entry.protocol;
    const authorization = request.headers.authorization ?? entry.authorizationOf(offered);
    const credentials = { authorization, accessToken: undefined, query, clientAddress };
    const admission = await arriving.run(() =>
      withDeadline(clock, limits.arrivalMs, Promise.resolve(api.authenticate(credentials))),
    );
    if ('problem' in admission) throw new HttpFailure(admission.problem);
    return admission.principal;
  }

  function sharesOf(principal: Principal): readonly QueueShare[] {
    if (principal.kind !== 'user') return [];
    return [{ key: principal.mxid, maxConcurrent: limits.maxOpenPerUser, maxWaiting: 0 }];
  }

  /** Returns whether the conversation ended without a defect. */
  async function speak(conversation: Conversation, socket: MessageSocket): Promise<boolean> {
    try {
      await conversation(socket);
      return true;
    } catch (error) {
      logger.error('websocket conversation failed', { error });
      return false;
    }
  }

  async function converse(conversation: Conversation, open: WebSocket): Promise<void> {
    const closed = new AbortController();
    const timers: Cancel[] = [];
    const gone = new Promise<void>((resolve) => {
      open.once('close', () => {
        closed.abort();
        resolve();
      });
    });
    // A protocol error of a client closes its WebSocket, and needs no log.
    open.on('error', (error) => logger.debug('websocket error', { error }));
    const close = (code: number, reason: string) => {
      open.close(code, reason);
      timers.push(clock.after(closeTimeoutMs, () => open.terminate()));
    };
    let messages = 0;
    open.on('message', () => {
      messages += 1;
      if (messages > limits.maxMessages) close(1008, 'unexpected message');
    });
    timers.push(clock.after(limits.lifetimeMs, () => close(1008, 'open for too long')));
    const stopPings = pings(open);
    const leave = () => close(1001, 'the server stops');
    if (stopping.aborted) leave();
    stopping.addEventListener('abort', leave);

    const isWell = await speak(conversation, {
      closed: closed.signal,
      send: (message) => open.send(JSON.stringify(message), () => undefined),
    });
    close(isWell ? 1000 : 1011, '');
    await gone;
    stopping.removeEventListener('abort', leave);
    stopPings();
    for (const cancel of timers) cancel();
  }

  function pings(open: WebSocket): Cancel {
    let isThere = true;
    open.on('pong', () => {
      isThere = true;
    });
    const ask = () => {
      if (!isThere) return open.terminate();
      isThere = false;
      open.ping();
      cancel = clock.after(limits.pingEveryMs, ask);
    };
    let cancel = clock.after(limits.pingEveryMs, ask);
    return () => cancel();
  }

  return {
    admit(request, socket, head) {
      const path = request.url?.split('?')[0] ?? '';
      const mount = isHandshake(request) ? mounts.find(({ regexp }) => regexp.test(path)) : undefined;
      if (mount === undefined) return undefined;
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      const forwardedFor = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
      const clientAddress = deps.clientAddress(request.socket.remoteAddress, forwardedFor);
      return serve({ mount, request, path, clientAddress }, socket, head);
    },

    cutOff() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function queryOf({ url }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url?.split('?')[1]);
}

/** Returns whether there was no room, or no answer to the authentication in time. */
function isOverload(error: unknown): boolean {
  return error instanceof QueueFull || error instanceof DeadlineExceeded;
}

/** The WebSocket of a conversation whose client disconnected before it began. */
const unheard: MessageSocket = { send: () => undefined, closed: AbortSignal.abort() };

/**
 * Returns whether the client has disconnected. Node leaves a socket half-open if the client has
 * ended only its side.
 */
function hasGone(socket: Duplex): boolean {
  return socket.destroyed || !socket.readable || !socket.writable;
}

/** Returns whether the request is one that the WebSocket protocol allows (RFC 6455, 4.2.1). */
function isHandshake({ method, headers }: IncomingMessage): boolean {
  const isAsked = method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
  const version = headers['sec-websocket-version'];
  return isAsked && version === '13' && /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '');
}
