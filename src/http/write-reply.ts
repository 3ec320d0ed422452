import { createHash } from 'node:crypto';
import type { ParameterizedContext } from 'koa';
import { crossOriginHeaders } from './cross-origin.js';
import type { Exchange } from './exchange.js';
import type { Answer, FileReply, PageReply } from './reply.js';
import { writeJson } from './text-record.js';

const crossOriginFields = Object.entries(crossOriginHeaders).flat();

/** An answer in the form in which it is sent. */
export interface WrittenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | Buffer;
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
  return { status, headers: { ...type, ...common, ...answer.headers }, text: writeJson(answer.body) };
}

/**
 * Sends the answer. Koa would set each header, type and length separately, which takes longer than
 * all the rest.
 */
export function writeReply(ctx: ParameterizedContext<Exchange>, answer: Answer | FileReply): void {
  const { req, res, state } = ctx;
  const { api } = state;
  const { headers, body } = contentOf(answer, api?.jsonType, req.headers['accept-language']);
  // These have no body, and no headers of one (RFC 9110, 6.4.1).
  const isEmpty = answer.status === 204 || answer.status === 304;
  const all = ['X-Request-Id', state.requestId];
  if (api?.crossOrigin === true) all.push(...crossOriginFields);
  for (const name of Object.keys(headers)) {
    if (!(isEmpty && name === 'Content-Type')) all.push(name, headers[name] ?? '');
  }
  if (!isEmpty) all.push('Content-Length', String(Buffer.byteLength(body)));
  ctx.respond = false;
  res.writeHead(answer.status, all);
  res.end(isEmpty ? undefined : body);
}

function contentOf(
  answer: Answer | FileReply,
  jsonType: string | undefined,
  acceptLanguage: string | undefined,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string | Buffer } {
  if ('file' in answer) {
    const headers = { ...common, 'Content-Type': answer.file.type, ...fileHeaders, ...answer.headers };
    return { headers, body: answer.file.bytes };
  }
  const { headers, text } = written(answer, { jsonType, acceptLanguage });
  return { headers, body: text };
}

// Returns the headers of a page. Its URL can contain secrets, so no other site may learn it, and no
// other page may frame it. In Chromium, `form-action` also restricts the redirects after a form, so
// the reply to a form has to be a page with a link.
function pageHeaders({ css, scripts = [], images = [], framedBy = [] }: PageReply): Record<string, string> {
  const style = css === undefined ? '' : ` style-src 'sha256-${createHash('sha256').update(css).digest('base64')}';`;
  const ofScripts = ` script-src ${scripts.join(' ')}; connect-src 'self'; img-src 'self';`;
  const ofImages = images.length > 0 ? ` img-src ${images.join(' ')};` : '';
  const files = scripts.length > 0 ? ofScripts : ofImages;
  const frames = framedBy.length === 0 ? "'none'" : framedBy.join(' ');
  return {
    'Content-Security-Policy': `default-src 'none';${style}${files} base-uri 'none'; form-action 'self'; frame-ancestors ${frames}`,
    // This header cannot list origins.
    ...(framedBy.length === 0 ? { 'X-Frame-Options': 'DENY' } : {}),
    'Referrer-Policy': 'no-referrer',
    // A page of another site that has opened this one cannot reach its window.
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
}
