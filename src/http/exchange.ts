import type { Endpoint } from './endpoint.js';
import type { Principal } from './principal.js';
import type { Api } from './api.js';

/** The state of one request while it is served, in `ctx.state` of Koa. */
export interface Exchange {
  requestId: string;
  startedAt: number;
  clientAddress: string;
  api: Api | undefined;
  endpoint: Endpoint | undefined;
  /** Undefined until the request is authenticated. */
  principal: Principal | undefined;
}
