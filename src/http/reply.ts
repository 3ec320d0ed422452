/** An answer before it is written: `body` becomes JSON text in the order of its keys. */
export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer whose body is an object, as those of all errors are. */
export interface ObjectReply extends Reply {
  readonly body: Readonly<Record<string, unknown>>;
}

/** A page in one language. */
export interface Page {
  /** A whole HTML document. Nothing of it is loaded from another server. */
  readonly html: string;
  /** As BCP 47 names it. */
  readonly language: string;
}

/** An HTML page. With a `Location` header, the browser is redirected. */
export interface PageReply {
  readonly status: number;
  /** Returns the page for an Accept-Language header. */
  readonly page: (acceptLanguage: string | undefined) => Page;
  /** The text of its one `<style>` element, if it has one: no other is applied. */
  readonly css?: string;
  /**
   * The URLs of the scripts that may run. With at least one, images and requests of this server may
   * be loaded too. None by default.
   */
  readonly scripts?: readonly string[];
  /** The URLs of the images of a page without scripts. None by default. */
  readonly images?: readonly string[];
  /** The origins of pages that may show it in a frame. None by default. */
  readonly framedBy?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A file that pages load. */
export interface FileReply {
  readonly status: number;
  readonly file: { readonly bytes: Buffer; readonly type: string };
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whatever may be answered, except files, which only handlers return. */
export type Answer = Reply | PageReply;

/**
 * Returns a reply that keeps the literal types of its status and words, so that the compiler can
 * hold it against a declaration.
 */
export function reply<const Status extends number, const Body extends Reply['body']>(status: Status, body: Body) {
  return { status, body };
}

/**
 * Returns the value of a Retry-After header: whole seconds, rounded up so that no client retries
 * too early, and at least one (RFC 9110, 10.2.3).
 */
export function retryAfterSeconds(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1000));
}
