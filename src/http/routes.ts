import Router from '@koa/router';
import type { Middleware, ParameterizedContext } from 'koa';
import type { Logger } from '../base/logger.js';
import { createPacer } from '../base/pacer.js';
import { readAccessToken } from './access-token.js';
import type { Credentials } from './bearer-auth.js';
import { crossOriginHeaders } from './cross-origin.js';
import type { Endpoint } from './endpoint.js';
import type { Exchange } from './exchange.js';
import type { ReadJsonBody } from './json-body.js';
import { compilePath } from './path-pattern.js';
import { stranger, type Principal } from './principal.js';
import { HttpFailure } from './problem.js';
import { checkReply, type UndeclaredReplies } from './reply-check.js';
import type { Surface } from './surface.js';
import { writeReply } from './write-reply.js';

/** What createRoutes needs. */
export interface RoutesDeps {
  readonly surfaces: readonly Surface[];
  readonly readJsonBody: ReadJsonBody;
  readonly undeclaredReplies: UndeclaredReplies;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

interface Mount {
  readonly prefix: string;
  readonly surface: Surface;
}

/** Finds the endpoint of a request and runs it: secret first, then body, then path parameters, then the handler. Throws HttpFailure. */
export function createRoutes(deps: RoutesDeps): Middleware<Exchange> {
  const mounts = deps.surfaces
    .flatMap((surface) => surface.prefixes.map((prefix): Mount => ({ prefix, surface })))
    .toSorted((a, b) => b.prefix.length - a.prefix.length);
  const router = new Router<Exchange>();
  const pass = createPacer();
  for (const { prefix, surface } of mounts) {
    for (const endpoint of surface.endpoints) {
      const { regexp, params } = compilePath(prefix, endpoint.path, endpoint.params);
      router.register(regexp, [endpoint.method], serve({ ...deps, pass }, surface, endpoint, params), {
        pathAsRegExp: true,
      });
    }
  }
  const routes = router.routes();

  return async (ctx) => {
    // Koa has no path for an absolute target without a host, whatever its types say.
    if (!ctx.path) throw new HttpFailure({ kind: 'route_unknown' });
    const path = ctx.path.replaceAll(/\/{2,}/g, '/');
    const surface = mounts.find(
      (mount) => isBelow(ctx.path, mount.prefix) || (mount.surface.lenient === true && isBelow(path, mount.prefix)),
    )?.surface;
    ctx.state.surface = surface;
    if (surface?.lenient === true) {
      ctx.set({ ...crossOriginHeaders });
      ctx.path = path;
      if (ctx.method === 'OPTIONS') return writeReply(ctx, { status: 200, body: {} });
    }
    await routes(ctx as Parameters<typeof routes>[0], () => {
      const allowed = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
      if (allowed.length === 0) throw new HttpFailure({ kind: 'route_unknown' });
      throw new HttpFailure({ kind: 'method_not_allowed', allowed: [...new Set(allowed)].toSorted() });
    });
  };
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function serve(
  { readJsonBody, undeclaredReplies, stopping, logger, pass }: RoutesDeps & { readonly pass: () => Promise<void> },
  surface: Surface,
  endpoint: Endpoint,
  params: (captures: readonly string[]) => Record<string, string>,
): Middleware<Exchange, { captures?: string[] }> {
  return async (ctx) => {
    const { state } = ctx;
    state.surface = surface;
    state.endpoint = endpoint;
    const { clientAddress } = state;
    const accessToken = readAccessToken({ authorization: ctx.req.headers.authorization, query: ctx.querystring });
    const query = new URLSearchParams(ctx.querystring);
    const principal = await admit(ctx, surface, endpoint, { accessToken, query });
    const body = endpoint.body === undefined ? undefined : await readJsonBody(ctx);
    // What takes a body is more work than the rest: many such requests at once are not to hold up the others.
    if (endpoint.body !== undefined) await pass();
    const reply = await endpoint.run({
      params: params(ctx.captures ?? []),
      query,
      body,
      principal,
      accessToken,
      clientAddress,
      stopping,
    });
    writeReply(ctx, checkReply(endpoint, reply, undeclaredReplies, logger));
  };
}

async function admit(
  { req, state }: ParameterizedContext<Exchange>,
  surface: Surface,
  endpoint: Endpoint,
  found: Pick<Credentials, 'accessToken' | 'query'>,
): Promise<Principal> {
  if (endpoint.access === 'public') return stranger;
  const { authorization } = req.headers;
  const admission = await surface.authenticate({ ...found, authorization, clientAddress: state.clientAddress });
  if ('problem' in admission) throw new HttpFailure(admission.problem);
  return admission.principal;
}
