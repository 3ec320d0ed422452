import bodyParser from 'koa-bodyparser';
import type { Context } from 'koa';
import { HttpFailure } from './problem.js';

/** Reads a request's body as JSON, whatever its Content-Type says; throws the problems `body_*`. */
export type ReadJsonBody = (ctx: Context) => Promise<unknown>;

/** A reader of bodies of at most `limitBytes`. */
export function createJsonBodyReader(limitBytes: number): ReadJsonBody {
  const parse = bodyParser({
    enableTypes: ['json'],
    detectJSON: () => true,
    // Without it, bodies that are neither object nor array are errors of another kind and an empty one is `{}`.
    strict: false,
    jsonLimit: String(limitBytes),
    // The parser would replace bytes that are not UTF-8 in silence: keep the bytes, and decode them strictly below.
    encoding: 'binary',
  });

  return async (ctx) => {
    const encoding = ctx.get('Content-Encoding');
    if (encoding !== '' && encoding !== 'identity') throw new HttpFailure({ kind: 'body_encoded' });
    try {
      await parse(ctx, () => Promise.resolve());
    } catch (error) {
      // What is left of the body has to go somewhere before the connection can be used again.
      ctx.req.resume();
      throw translated(error, limitBytes);
    }
    return strictJson(ctx.request.rawBody);
  };
}

function strictJson(bytes: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1')));
  } catch {
    throw new HttpFailure({ kind: 'body_not_json' });
  }
}

// By its marks, not by its class: two copies of http-errors in one tree are no rarity.
function translated(error: unknown, limitBytes: number): unknown {
  const status: unknown = error instanceof Error && 'status' in error ? error.status : undefined;
  const type: unknown = error instanceof Error && 'type' in error ? error.type : undefined;
  if (type === 'request.aborted') return error;
  if (status === 413) return new HttpFailure({ kind: 'body_too_large', limitBytes });
  if (status === 400) return new HttpFailure({ kind: 'body_not_json' });
  return error;
}
