import { createHash } from 'node:crypto';
import type { ParameterizedContext } from 'koa';
import type { Exchange } from './exchange.js';
import type { Answer, FileReply, PageReply } from './reply.js';

/** An answer as it goes over the wire. */
export interface WrittenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const common = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
// The operator's logo can be an SVG file with scripts: they do not run if it is opened by itself.
const fileHeaders = { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" };

/**
 * Returns the answer with the headers of every answer, as JSON or as a page in the language that is
 * accepted.
 */
export function written(
  answer: Answer,
  {
    jsonType = 'application/json; charset=utf-8',
    acceptLanguage,
  }: { readonly jsonType?: string | undefined; readonly acceptLanguage?: string | undefined } = {},
): WrittenAnswer {
  const { status } = answer;
  if ('page' in answer) {
    const { html, language } = answer.page(acceptLanguage);
    const type = {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Language': language,
      Vary: 'Accept-Language',
    };
    return { status, headers: { ...type, ...common, ...pageHeaders(answer), ...answer.headers }, text: html };
  }
  const type = { 'Content-Type': jsonType };
  return { status, headers: { ...type, ...common, ...answer.headers }, text: JSON.stringify(answer.body) };
}

/** Puts the answer on the response, as its surface has it. */
export function writeReply(ctx: ParameterizedContext<Exchange>, answer: Answer | FileReply): void {
  if ('file' in answer) {
    ctx.status = answer.status;
    ctx.set({ ...common, 'Content-Type': answer.file.type, ...fileHeaders, ...answer.headers });
    ctx.body = answer.file.bytes;
    return;
  }
  const { status, headers, text } = written(answer, {
    jsonType: ctx.state.surface?.jsonType,
    acceptLanguage: ctx.req.headers['accept-language'],
  });
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = text;
}

// Returns the headers of a page. Its URL can contain secrets, so no other site may learn it, and no
// other page may frame it. In Chromium, `form-action` also restricts the redirects after a form, so
// the reply to a form has to be a page with a link.
function pageHeaders({ css, loadsFiles = false, framedBy = [] }: PageReply): Record<string, string> {
  const style = css === undefined ? '' : ` style-src 'sha256-${createHash('sha256').update(css).digest('base64')}';`;
  const files = loadsFiles ? " script-src 'self'; connect-src 'self'; img-src 'self';" : '';
  const frames = framedBy.length === 0 ? "'none'" : framedBy.join(' ');
  return {
    'Content-Security-Policy': `default-src 'none';${style}${files} base-uri 'none'; form-action 'self'; frame-ancestors ${frames}`,
    // It cannot name the origins.
    ...(framedBy.length === 0 ? { 'X-Frame-Options': 'DENY' } : {}),
    'Referrer-Policy': 'no-referrer',
  };
}
