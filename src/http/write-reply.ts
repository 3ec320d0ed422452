import type { Context } from 'koa';
import type { Reply } from './reply.js';

/** The headers of every answer. */
export const writtenHeaders = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Puts the reply on the response, as JSON. */
export function writeReply(ctx: Context, reply: Reply): void {
  ctx.status = reply.status;
  ctx.set({ ...writtenHeaders, ...reply.headers });
  ctx.body = JSON.stringify(reply.body);
}
