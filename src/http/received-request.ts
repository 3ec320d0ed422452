import type { Context } from 'koa';

/** A request as it was received, for handlers that verify a signature. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, not decoded. */
  readonly uri: string;
  /** As Node returns it: one character per byte. */
  readonly header: (name: string) => string | undefined;
}

/** Returns the request of a context, before the kernel has changed anything. */
export function receivedRequest({ method, originalUrl, req }: Context): ReceivedRequest {
  return {
    method,
    uri: originalUrl,
    header(name) {
      const value = req.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}
