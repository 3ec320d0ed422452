import type { RequestListener } from 'node:http';
import Koa, { type Context, type ParameterizedContext } from 'koa';
import type { CallerScope } from '../base/caller.js';
import type { Failure } from '../base/failure.js';
import { createIdSource } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import { callerOf } from './caller-of.js';
import type { ClientAddress } from './client-ip.js';
import { errorReply } from './error-reply.js';
import type { Exchange } from './exchange.js';
import { plainProblemReply } from './plain-problems.js';
import type { UndeclaredReplies } from './reply-check.js';
import { writeReply } from './write-reply.js';

/** A request that is over. */
export interface SeenRequest {
  readonly method: string;
  /** The template of the path. Undefined if no endpoint has it. */
  readonly route: string | undefined;
  /** Undefined if the client has not received the reply. */
  readonly status: number | undefined;
  readonly durationMs: number;
}

export interface ApplicationDeps extends Runtime {
  /** Answers a request, or throws. */
  readonly routes: (ctx: ParameterizedContext<Exchange>) => Promise<void>;
  readonly clientAddress: ClientAddress;
  readonly undeclaredReplies: UndeclaredReplies;
  /**
   * Returns whether a failure affects every request at the moment. If absent, none does.
   */
  readonly isUnavailable?: ((failure: Failure) => boolean) | undefined;
  /** Set if the code that serves a request is to find its caller. */
  readonly callers?: CallerScope | undefined;
  /** Called after each request. It must not throw. */
  readonly onRequest?: ((request: SeenRequest) => void) | undefined;
}

/**
 * Returns the Koa application around the routes: request ids, one access line per request, and
 * each error in the format of its API.
 */
export function createApplication(deps: ApplicationDeps): RequestListener {
  const { routes, callers, clock, random, logger } = deps;
  const nextId = createIdSource(random);
  const koa = new Koa<Exchange>();
  // Errors that reach Koa itself: a socket that broke while the response was written.
  koa.on('error', (error: unknown) => logger.debug('response cut short', { error }));
  koa.context.onerror = onLateError;

  koa.use(async (ctx) => {
    const { state } = ctx;
    // IDs from clients would let them write into the log, so they are ignored.
    state.requestId = nextId();
    state.startedAt = clock.now();
    state.clientAddress = deps.clientAddress(
      ctx.req.socket.remoteAddress,
      headerText(ctx.req.headers['x-forwarded-for']),
    );
    ctx.res.once('close', () => logAccess(ctx, state, deps));
    try {
      await (callers
        ? callers.run(
            callerOf(state, () => state),
            () => routes(ctx),
          )
        : routes(ctx));
    } catch (error) {
      const reply = errorReply(error, state, deps);
      if (reply) writeReply(ctx, reply);
      else ctx.respond = false;
    }
  });
  const handle = koa.callback();
  return (request, response) => void handle(request, response);
}

function logAccess(
  ctx: Context,
  { api, endpoint, requestId, startedAt, clientAddress }: Exchange,
  deps: ApplicationDeps,
): void {
  const { clock, logger, onRequest } = deps;
  const seen: SeenRequest = {
    method: ctx.method,
    // The pattern and not the path, which contains data of users.
    route: endpoint && api ? `${api.prefixes[0]}${endpoint.path}` : undefined,
    status: ctx.res.writableFinished ? ctx.res.statusCode : undefined,
    durationMs: clock.now() - startedAt,
  };
  onRequest?.(seen);
  const fields = {
    requestId,
    method: seen.method,
    route: seen.route,
    status: seen.status,
    ...(ctx.res.writableFinished ? {} : { aborted: true }),
    durationMs: seen.durationMs,
    clientAddress,
  };
  if (api?.accessLevel === 'debug') logger.debug('request', fields);
  else logger.info('request', fields);
}

// Koa would answer in text/plain, and drop the headers.
function onLateError(this: Context, error: unknown): void {
  if (error === null || error === undefined) return;
  this.app.emit('error', error, this);
  if (this.headerSent || !this.writable) return;
  const { status, body } = plainProblemReply({ kind: 'defect' });
  this.res.writeHead(status, {
    'X-Request-Id': (this.state as Exchange).requestId,
    'Content-Type': 'application/json; charset=utf-8',
  });
  this.res.end(JSON.stringify(body));
}

function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
