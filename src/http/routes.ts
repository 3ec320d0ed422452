import Router from '@koa/router';
import type { ParameterizedContext } from 'koa';
import type { Logger } from '../base/logger.js';
import { createYieldQueue } from '../base/yield-queue.js';
import { Secret } from '../base/secret.js';
import { releaseYoungGeneration } from '../base/young-generation.js';
import { readAccessToken } from './access-token.js';
import type { Credentials } from './bearer-auth.js';
import { clientNetwork } from './client-ip.js';
import { answersPages, type BodySize, type Endpoint } from './endpoint.js';
import type { Exchange } from './exchange.js';
import { compilePath } from './path-pattern.js';
import { anonymous, type Principal } from './principal.js';
import { HttpFailure } from './problem.js';
import { readInput } from './read-input.js';
import { receivedRequest } from './received-request.js';
import { checkReply, type UndeclaredReplies } from './reply-check.js';
import type { BodyBudget } from './body-budget.js';
import { readBody } from './request-body.js';
import type { Api } from './api.js';
import { writeReply } from './write-reply.js';

export interface RoutesDeps {
  readonly apis: readonly Api[];
  readonly bodies: BodyBudget;
  /** How large a body may be. */
  readonly limitBytes: Readonly<Record<BodySize, number>>;
  readonly undeclaredReplies: UndeclaredReplies;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/**
 * How many arrays, objects and members a body may have: a large one may have an array for each
 * address that is looked up.
 */
const maxParts: Readonly<Record<BodySize, number>> = { usual: 1000, large: 100_100 };

type RoutedContext = ParameterizedContext<Exchange, { captures?: string[] }>;
type Handler = (ctx: RoutedContext) => Promise<void>;

interface Mount {
  readonly prefix: string;
  readonly api: Api;
}

/**
 * Finds the endpoint of a request and runs it. What needs no body is checked before the body is
 * received: the route, the client address, the credentials, and whether the endpoint refuses all
 * requests. Throws HttpFailure.
 */
export function createRoutes(deps: RoutesDeps): Handler {
  const mounts = deps.apis
    .flatMap((api) => api.prefixes.map((prefix): Mount => ({ prefix, api })))
    .toSorted((a, b) => b.prefix.length - a.prefix.length);
  const router = new Router<Exchange>();
  const fixed = new Map<string, Handler>();
  const pass = createYieldQueue();
  const endpoints = new Map<unknown, Endpoint>();
  for (const { prefix, api } of mounts) {
    const base = api.secretSegment === undefined ? prefix : `${prefix}/${api.secretSegment.reveal()}`;
    for (const endpoint of api.endpoints) {
      const { regexp, params } = compilePath(base, endpoint.path, endpoint.params);
      const handler = serve({ ...deps, pass }, api, endpoint, params);
      const path = `${base}${endpoint.path}`;
      const isFixed = api.secretSegment === undefined && Object.keys(endpoint.params).length === 0;
      if (isFixed && enter(mounts, path)?.api === api && !router.match(path, endpoint.method).route) {
        fixed.set(`${endpoint.method} ${path}`, handler);
      }
      endpoints.set(router.register(regexp, [endpoint.method], handler, { pathAsRegExp: true }), endpoint);
    }
  }
  const routes = router.routes();

  return async (ctx) => {
    // Most requests have a path without parameters. The router would try them all.
    const handler = fixed.get(`${ctx.method} ${ctx.path}`);
    if (handler) return handler(ctx);
    const entered = enter(mounts, ctx.path);
    if (entered === undefined) throw new HttpFailure({ kind: 'route_unknown' });
    const { api, path } = entered;
    ctx.state.api = api;
    ctx.path = path;
    if (api.crossOrigin === true && ctx.method === 'OPTIONS') {
      return writeReply(ctx, { status: 200, body: {} });
    }
    await routes(ctx as Parameters<typeof routes>[0], () => {
      const others = router.match(ctx.path, ctx.method).path;
      if (others.length === 0) throw new HttpFailure({ kind: 'route_unknown' });
      const allowed = [...new Set(others.flatMap((layer) => layer.methods))].toSorted();
      const isPage = others.every((layer) => answersPages(endpoints.get(layer)));
      throw new HttpFailure({ kind: 'method_not_allowed', allowed, isPage });
    });
  };
}

/**
 * Returns the API of a path, and the path with which to find its endpoint, or undefined if
 * there is no API.
 */
function enter(mounts: readonly Mount[], asSent: string): { api: Api; path: string } | undefined {
  const collapsed = asSent.replaceAll(/\/{2,}/g, '/');
  for (const { prefix, api } of mounts) {
    const path = api.lenient === true ? collapsed : asSent;
    if (isBelow(path, prefix) && knowsSecret(path.slice(prefix.length), api)) return { api, path };
  }
  return undefined;
}

function knowsSecret(belowPrefix: string, { secretSegment }: Api): boolean {
  return secretSegment === undefined || secretSegment.equals(new Secret(belowPrefix.split('/')[1] ?? ''));
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function serve(
  {
    bodies,
    limitBytes,
    undeclaredReplies,
    stopping,
    logger,
    pass,
  }: RoutesDeps & { readonly pass: () => Promise<void> },
  api: Api,
  endpoint: Endpoint,
  params: (captures: readonly string[]) => Record<string, string>,
): Handler {
  return async (ctx) => {
    const { state } = ctx;
    state.api = api;
    state.endpoint = endpoint;
    const { clientAddress } = state;
    const objection = endpoint.objection?.(clientAddress);
    if (objection !== undefined) throw new HttpFailure(objection);
    const accessToken = readAccessToken({ authorization: ctx.req.headers.authorization, query: ctx.querystring });
    const query = new URLSearchParams(ctx.querystring);
    const principal = await admit(ctx, api, endpoint, { accessToken, query });
    state.principal = principal;
    await endpoint.admit?.({ principal, accessToken, clientAddress });
    const receive = async () => {
      const allowance = bodies.open({ client: clientNetwork(clientAddress), isPublic: endpoint.access === 'public' });
      ctx.res.once('close', () => allowance.release());
      const size = endpoint.bodySize;
      const limits = { limitBytes: limitBytes[size], maxParts: maxParts[size], allowance };
      const received = await readBody(ctx, limits);
      if (received.bytes.length > limitBytes.usual) releaseYoungGeneration();
      // Parsing is more work than the rest: many bodies at once are not to hold up other requests.
      await pass();
      return received;
    };
    const body = endpoint.body === undefined ? undefined : await readInput(endpoint.bodyFrom, ctx, receive);
    const reply = await endpoint.run({
      params: params(ctx.captures ?? []),
      query,
      body,
      principal,
      accessToken,
      clientAddress,
      received: receivedRequest(ctx),
      stopping,
    });
    writeReply(ctx, checkReply(endpoint, reply, undeclaredReplies, logger));
  };
}

async function admit(
  { req, state }: ParameterizedContext<Exchange>,
  api: Api,
  endpoint: Endpoint,
  found: Pick<Credentials, 'accessToken' | 'query'>,
): Promise<Principal> {
  if (endpoint.access === 'public') return anonymous;
  const { authorization } = req.headers;
  const admission = await api.authenticate({ ...found, authorization, clientAddress: state.clientAddress });
  if ('problem' in admission) throw new HttpFailure(admission.problem);
  return admission.principal;
}
