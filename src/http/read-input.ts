import type { Context } from 'koa';
import { formTexts, type RequestBody } from './request-body.js';

/**
 * The source of an endpoint's input, its `body`:
 * - `json`: the body, as JSON, whatever its Content-Type.
 * - `optional_json`: the same, and an empty body is `{}`: older clients send none if they have
 *   nothing to put into it.
 * - `query`: the query string, as an object of texts; of several with one name, the first.
 * - `arguments`: the body as JSON if its Content-Type is JSON and it is neither empty nor null;
 *   else the query string and the body as a form, which takes precedence. For older clients that do
 *   not send JSON.
 * - `form`: the body as a form, whatever its Content-Type.
 * - `bytes`: the raw body, for handlers that verify a signature.
 */
export type InputSource = 'json' | 'optional_json' | 'query' | 'arguments' | 'form' | 'bytes';

/**
 * Reads the input of a request from its source. Throws the problems `body_*` and those of `read`,
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
