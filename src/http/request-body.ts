import bodyParser from 'koa-bodyparser';
import type { Context } from 'koa';
import { HttpFailure } from './problem.js';

/** The body of a request, read to its end. */
export interface RequestBody {
  readonly bytes: Buffer;
  /** The body as JSON, whatever its Content-Type says; throws the problem `body_not_json`. */
  readonly json: () => unknown;
}

/** Reads the body of a request; throws the problems `body_too_large` and `body_encoded`. */
export type ReadBody = (ctx: Context) => Promise<RequestBody>;

/** A reader of bodies of at most `limitBytes`. */
export function createBodyReader(limitBytes: number): ReadBody {
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
      const read = textThatIsNoJson(error);
      if (read !== undefined) return { bytes: Buffer.from(read, 'latin1'), json: noJson };
      // What is left of the body has to go somewhere before the connection can be used again.
      ctx.req.resume();
      throw translated(error, limitBytes);
    }
    const bytes = Buffer.from(ctx.request.rawBody, 'latin1');
    return { bytes, json: () => strictJson(bytes) };
  };
}

/** Bytes as UTF-8; throws the problem `body_not_json` where they are none. */
export function strictText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return noJson();
  }
}

function strictJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(strictText(bytes));
  } catch {
    return noJson();
  }
}

function noJson(): never {
  throw new HttpFailure({ kind: 'body_not_json' });
}

// The parser has read the whole body before it finds that it is no JSON, or JSON that it thinks dangerous, and gives it back.
function textThatIsNoJson(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('status' in error) || !('body' in error)) return undefined;
  return error.status === 400 && typeof error.body === 'string' ? error.body : undefined;
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
