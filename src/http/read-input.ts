import type { Context } from 'koa';
import { formTexts, type RequestBody } from './request-body.js';

/**
 * If the input of an endpoint, its `body`, comes from:
 * - `json`: the body, as JSON, whatever its Content-Type says.
 * - `optional_json`: the same, and an empty body is `{}`: older clients send none if they have
 *   nothing to put into it.
 * - `query`: the query string, as an object of texts; the first of several of one name counts.
 * - `arguments`: the body as JSON if its Content-Type says so and it is neither empty nor null;
 *   else the query string together with the body as a form, which wins. For clients from before
 *   JSON was usual.
 * - `form`: the body as a form, whatever its Content-Type says.
 * - `bytes`: the raw body, for handlers that verify a signature.
 */
export type InputSource = 'json' | 'optional_json' | 'query' | 'arguments' | 'form' | 'bytes';

/**
 * Reads the input of a request from its source; throws the problems `body_*` and those of `read`,
 * which receives the body.
 */
export async function readInput(source: InputSource, ctx: Context, read: () => Promise<RequestBody>): Promise<unknown> {
  switch (source) {
    case 'query':
      return formTexts(ctx.querystring);
    case 'json':
      return (await read()).json();
    case 'optional_json': {
      const { bytes, json } = await read();
      return bytes.length === 0 ? {} : json();
    }
    case 'form':
      return (await read()).form();
    case 'bytes':
      return (await read()).bytes;
    case 'arguments':
      return readArguments(ctx, read);
  }
}

async function readArguments(ctx: Context, read: () => Promise<RequestBody>): Promise<unknown> {
  const query = formTexts(ctx.querystring);
  if (ctx.method === 'GET') return query;
  const { bytes, json, form } = await read();
  const type = ctx.get('Content-Type').trim().toLowerCase();
  if (type.startsWith('application/json')) return bytes.length === 0 ? query : ((await json()) ?? query);
  const isForm = type === '' || type.startsWith('application/x-www-form-urlencoded');
  return isForm ? { ...query, ...(await form()) } : query;
}
