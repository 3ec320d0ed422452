import Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Logger } from '../base/logger.js';
import type { Endpoint } from './endpoint.js';
import type { Exchange } from './exchange.js';
import type { ReadJsonBody } from './json-body.js';
import { compilePath } from './path-pattern.js';
import { HttpFailure } from './problem.js';
import { checkReply, type UndeclaredReplies } from './reply-check.js';
import type { Surface } from './surface.js';
import { writeReply } from './write-reply.js';

/** What createRoutes needs. */
export interface RoutesDeps {
  readonly surfaces: readonly Surface[];
  readonly readJsonBody: ReadJsonBody;
  readonly undeclaredReplies: UndeclaredReplies;
  readonly logger: Logger;
}

/** Finds the endpoint of a request and runs it: secret first, then body, then path parameters, then the handler. Throws HttpFailure. */
export function createRoutes(deps: RoutesDeps): Middleware<Exchange> {
  const surfaces = deps.surfaces.toSorted((a, b) => b.prefix.length - a.prefix.length);
  const router = new Router<Exchange>();
  for (const surface of surfaces) {
    for (const endpoint of surface.endpoints) {
      const { regexp, params } = compilePath(surface.prefix, endpoint.path, endpoint.params);
      router.register(regexp, [endpoint.method], serve(deps, surface, endpoint, params), { pathAsRegExp: true });
    }
  }
  const routes = router.routes();

  return async (ctx) => {
    // Koa has no path for an absolute target without a host, whatever its types say.
    if (!ctx.path) throw new HttpFailure({ kind: 'route_unknown' });
    ctx.state.surface = surfaces.find(({ prefix }) => ctx.path === prefix || ctx.path.startsWith(`${prefix}/`));
    await routes(ctx as Parameters<typeof routes>[0], () => {
      const allowed = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods);
      if (allowed.length === 0) throw new HttpFailure({ kind: 'route_unknown' });
      throw new HttpFailure({ kind: 'method_not_allowed', allowed: [...new Set(allowed)].toSorted() });
    });
  };
}

function serve(
  { readJsonBody, undeclaredReplies, logger }: RoutesDeps,
  surface: Surface,
  endpoint: Endpoint,
  params: (captures: readonly string[]) => Record<string, string>,
): Middleware<Exchange, { captures?: string[] }> {
  return async (ctx) => {
    const { state } = ctx;
    state.surface = surface;
    state.endpoint = endpoint;
    if (endpoint.access === 'authenticated') {
      const problem = await surface.authenticate({
        authorization: ctx.req.headers.authorization,
        clientAddress: state.clientAddress,
      });
      if (problem) throw new HttpFailure(problem);
    }
    const body = endpoint.body === undefined ? undefined : await readJsonBody(ctx);
    const reply = await endpoint.run(params(ctx.captures ?? []), body);
    writeReply(ctx, checkReply(endpoint, reply, undeclaredReplies, logger));
  };
}
