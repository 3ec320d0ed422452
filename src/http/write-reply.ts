import type { Context } from 'koa';
import type { Reply } from './reply.js';

/** Puts the reply on the response, as JSON. */
export function writeReply(ctx: Context, reply: Reply): void {
  ctx.status = reply.status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set({ ...reply.headers });
  ctx.type = 'json';
  ctx.body = JSON.stringify(reply.body);
}
