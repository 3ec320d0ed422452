/** An operation of an API. */
export interface Operation {
  /** The variables in its path. */
  readonly path: object;
  readonly query: object;
  readonly body: unknown;
  /** The body of a successful reply. */
  readonly reply: unknown;
}

/** An API with its operations, by method and path. */
export interface Api<Operations> {
  /** The path before those of the operations. */
  readonly path: string;
  /** Only for types; not set. */
  readonly operations?: Operations;
}

/** The server, and how a client authenticates. */
export interface ClientOptions {
  /** The base URL of the server, such as `https://matrix.example.com`. */
  readonly url: string;
  /** A shared secret or an access token. If absent, requests have no `Authorization`. */
  readonly token?: string | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

type NoMembers = Readonly<Record<string, never>>;

type PathOf<O extends Operation> = O['path'] extends NoMembers
  ? { readonly path?: undefined }
  : { readonly path: O['path'] };
type QueryOf<O extends Operation> = O['query'] extends NoMembers
  ? { readonly query?: undefined }
  : object extends O['query']
    ? { readonly query?: O['query'] }
    : { readonly query: O['query'] };
type BodyOf<O extends Operation> = undefined extends O['body']
  ? { readonly body?: O['body'] }
  : { readonly body: O['body'] };

/** What a request contains. Members that the operation does not have must be absent. */
export type Input<O extends Operation> = PathOf<O> & QueryOf<O> & BodyOf<O> & { readonly signal?: AbortSignal };

/** The input of an operation that is not known to the compiler. */
interface AnyInput {
  readonly path?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** A client of one API. */
export interface Client<Operations> {
  /**
   * Sends a request, and returns the body of the reply. Throws `ApiError` unless the status is 2xx,
   * and the error of `fetch` if there is no reply.
   */
  readonly call: <Name extends keyof Operations & string>(
    name: Name,
    ...input: Operations[Name] extends Operation
      ? object extends Input<Operations[Name]>
        ? [input?: Input<Operations[Name]>]
        : [input: Input<Operations[Name]>]
      : never
  ) => Promise<Operations[Name] extends Operation ? Operations[Name]['reply'] : never>;
}

/** A reply with a status other than 2xx. */
export class ApiError extends Error {
  readonly status: number;
  /** The member `errcode` of the body, if it has one. */
  readonly code: string | undefined;
  /** The body, parsed if it is JSON. */
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    const { errcode, error } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    super(typeof error === 'string' ? error : `The server returned the status ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = typeof errcode === 'string' ? errcode : undefined;
    this.body = body;
  }
}

/** Creates a client of an API, such as `provisioningV3.api`. */
export function createClient<Operations>(api: Api<Operations>, options: ClientOptions): Client<Operations> {
  const base = `${options.url.replace(/\/+$/, '')}${api.path}`;
  const send = options.fetch ?? globalThis.fetch;
  const authorization = options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` };

  async function request(name: string, input: AnyInput): Promise<unknown> {
    const [method = '', path = ''] = name.split(' ');
    const variables = textsOf(input.path);
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, variable: string) => {
      const value = variables.get(variable);
      if (value === undefined) throw new TypeError(`The path variable "${variable}" is missing.`);
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams([...textsOf(input.query)]).toString();
    const response = await send(`${base}${filled}${query === '' ? '' : `?${query}`}`, {
      method,
      headers: { ...authorization, ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    });
    const body = parsed(await response.text());
    if (!response.ok) throw new ApiError(response.status, body);
    return body;
  }

  return {
    call: (name, ...[input]) => request(name, input ?? {}) as never,
  };
}

/** Returns the members that are not undefined, as texts. */
function textsOf(members: object = {}): ReadonlyMap<string, string> {
  const entries = Object.entries(members as Record<string, string | number | boolean | undefined>);
  return new Map(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`] as const])));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
