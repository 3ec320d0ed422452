import type { Endpoint } from './endpoint.js';
import type { Surface } from './surface.js';

/** What the kernel knows of one request while it is served; Koa carries it as `ctx.state`. */
export interface Exchange {
  requestId: string;
  startedAt: number;
  clientAddress: string;
  surface: Surface | undefined;
  endpoint: Endpoint | undefined;
}
