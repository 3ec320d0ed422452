import type { Endpoint } from './endpoint.js';
import type { Principal } from './principal.js';
import type { Surface } from './surface.js';

/** The state of one request while it is served, in `ctx.state` of Koa. */
export interface Exchange {
  requestId: string;
  startedAt: number;
  clientAddress: string;
  surface: Surface | undefined;
  endpoint: Endpoint | undefined;
  /** Undefined until the request is authenticated. */
  principal: Principal | undefined;
}
