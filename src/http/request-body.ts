import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import bodyParser from 'koa-bodyparser';
import type { Context } from 'koa';
import type { BodyAllowance } from './body-budget.js';
import { isSafeJson } from './json-guard.js';
import { HttpFailure } from './problem.js';

/** The body of a request, received as a whole. Each parser may be called once. */
export interface RequestBody {
  readonly bytes: Buffer;
  /** Parses it as JSON, whatever its Content-Type; throws the problem `body_not_json`. */
  readonly json: () => Promise<unknown>;
  /**
   * Parses it as a form, whatever its Content-Type; throws the problem `body_not_json` if it is not
   * UTF-8.
   */
  readonly form: () => Promise<Record<string, string>>;
}

/**
 * Receives the body of a request; throws the problems `body_too_large`, `body_encoded` and
 * `server_busy`, and ClientGone.
 */
export type ReadBody = (ctx: Context, limits: BodyLimits) => Promise<RequestBody>;

/** The limits of one body. */
export interface BodyLimits {
  readonly limitBytes: number;
  /** How many arrays, objects and members its JSON may have. */
  readonly maxParts: number;
  readonly allowance: BodyAllowance;
}

/** The client closed the connection before its request was complete. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

const jsonType = 'application/json';
const formType = 'application/x-www-form-urlencoded';
// The size was bounded while the body arrived.
const unlimited = String(Number.MAX_SAFE_INTEGER);
const options = {
  enableTypes: ['json', 'form'],
  jsonLimit: unlimited,
  formLimit: unlimited,
  // Any JSON value: the shape of the endpoint decides what is valid.
  strict: false,
  // A member `__proto__` is unknown, as others are, but must not become a prototype by assignment.
  onProtoPoisoning: 'remove',
  qs: { parse: formTexts },
};
const parse = bodyParser(options);

/** The reader of request bodies. */
export const readBody: ReadBody = async (ctx, { limitBytes, maxParts, allowance }) => {
  const encoding = ctx.get('Content-Encoding');
  if (encoding !== '' && encoding !== 'identity') throw new HttpFailure({ kind: 'body_encoded' });
  const bytes = await receiveBody(ctx.req, limitBytes, allowance);
  return {
    bytes,
    json: async () => (bytes.length > 0 && isSafeJson(bytes, maxParts) ? parseAs(jsonType, ctx, bytes) : notJson()),
    form: async () => (bytes.length === 0 ? {} : ((await parseAs(formType, ctx, bytes)) as Record<string, string>)),
  };
};

/** Returns the texts of a form or query; of several with one name, the first. */
export function formTexts(form: string): Record<string, string> {
  return Object.fromEntries([...new URLSearchParams(form)].toReversed());
}

// Parses the received bytes. The parser reads requests, so it gets one made of these bytes.
async function parseAs(type: string, { app, res }: Context, bytes: Buffer): Promise<unknown> {
  // The parser would replace what is not UTF-8, and skip a byte order mark.
  if (!isUtf8(bytes) || bytes[0] === 0xef) return notJson();
  const headers = { 'content-type': type, 'content-length': String(bytes.length) };
  const received = Object.assign(Readable.from([bytes]), { headers });
  const context = app.createContext(received as unknown as IncomingMessage, res);
  try {
    await parse(context, () => Promise.resolve());
  } catch (error) {
    if (error instanceof SyntaxError) return notJson();
    throw error;
  }
  return context.request.body;
}

function notJson(): never {
  throw new HttpFailure({ kind: 'body_not_json' });
}

/**
 * Receives a body of at most `limitBytes` into one buffer, which grows with what arrives and is
 * reserved from the allowance first. Throws the problems `body_too_large` and `server_busy`, and
 * ClientGone; the rest of a body that was refused is discarded.
 */
async function receiveBody(request: IncomingMessage, limitBytes: number, allowance: BodyAllowance): Promise<Buffer> {
  const tooLarge = () => new HttpFailure({ kind: 'body_too_large', limitBytes });
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    request.resume();
    throw tooLarge();
  }
  return new Promise<Buffer>((resolve, reject) => {
    let buffer = Buffer.alloc(0);
    let length = 0;
    const settle = (act: () => void) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      act();
    };
    const refuse = (problem: HttpFailure) =>
      settle(() => {
        request.resume();
        reject(problem);
      });
    const onData = (chunk: Buffer) => {
      const needed = length + chunk.length;
      if (needed > limitBytes) return refuse(tooLarge());
      if (needed > buffer.length) {
        // The buffer doubles, so that chunks of one byte cost no more than one large chunk.
        const capacity = Math.min(limitBytes, Math.max(needed, 2 * buffer.length));
        if (!allowance.take(capacity - buffer.length)) return refuse(new HttpFailure({ kind: 'server_busy' }));
        const larger = Buffer.allocUnsafeSlow(capacity);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      chunk.copy(buffer, length);
      length = needed;
    };
    const onEnd = () => settle(() => resolve(buffer.subarray(0, length)));
    const onClose = () => settle(() => reject(new ClientGone('the client closed the connection')));
    // An aborted request emits an error before it closes.
    request.on('error', () => undefined);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    if (request.destroyed) onClose();
  });
}
