import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import type { Answer } from './reply.js';

/** Puts the answer on the response, as JSON or as a page. */
export function writeReply(ctx: Context, answer: Answer): void {
  ctx.status = answer.status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Content-Type-Options', 'nosniff');
  if ('html' in answer) ctx.set(pageHeaders(answer.css));
  ctx.set({ ...answer.headers });
  if ('html' in answer) {
    ctx.type = 'html';
    ctx.body = answer.html;
  } else {
    ctx.type = 'json';
    ctx.body = JSON.stringify(answer.body);
  }
}

// The address of a page may hold secrets: no other site may learn it, and no other page may hold the page in a frame.
// `form-action` also binds what a form's answer redirects to (Chromium), so whoever leads on from there has to do it in the page.
function pageHeaders(css: string | undefined): Record<string, string> {
  const style = css === undefined ? '' : ` style-src 'sha256-${createHash('sha256').update(css).digest('base64')}';`;
  return {
    'Content-Security-Policy': `default-src 'none';${style} base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
  };
}
