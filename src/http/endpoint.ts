import { z } from 'zod';
import type { Failure } from '../base/failure.js';
import type { Secret } from '../base/secret.js';
import type { Principal } from './principal.js';
import { HttpFailure, type InvalidMember, type HttpProblem } from './problem.js';
import type { InputSource } from './read-input.js';
import type { ReceivedRequest } from './received-request.js';
import type { Answer, FileReply, PageReply } from './reply.js';

/** The shape of the replies of one status. `headers` describes the headers that they can have. */
export interface ReplyShape<Schema extends z.ZodType = z.ZodType> {
  readonly description: string;
  readonly schema: Schema;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A reply of one status that is an HTML page, or a file that pages load. */
export interface PageShape {
  readonly description: string;
  readonly page: true;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether replies of this shape are pages. */
export function isPage(shape: ReplyShape | PageShape): shape is PageShape {
  return 'page' in shape;
}

/**
 * A parameter of a path. `pattern` is what it matches before percent-decoding: one segment by
 * default.
 */
export interface PathParameter {
  readonly description: string;
  readonly example?: string;
  readonly pattern?: string;
}

/** A parameter of a query, whatever the input of the endpoint; always optional. */
export interface QueryParameter {
  readonly description: string;
  readonly example?: string;
}

/** The names in the braces of a path template. */
export type PathNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathNames<Rest>
  : never;

/** The arguments of an endpoint's handler. */
export interface EndpointRequest<Name extends string, Body, Query extends string = never> {
  /** Percent-decoded. */
  readonly params: Readonly<Record<Name, string>>;
  /** The declared parameters in the query, decoded. Of several with one name, the first. */
  readonly query: Readonly<Partial<Record<Query, string>>>;
  readonly body: Body;
  /** The authenticated caller; anonymous if the endpoint is public. */
  readonly principal: Principal;
  /** Sent by the client: only an `authenticated` endpoint may rely on it. */
  readonly accessToken: Secret | undefined;
  readonly clientAddress: string;
  readonly received: ReceivedRequest;
  /** Aborts when the server stops: a handler that waits for an event must answer now. */
  readonly stopping: AbortSignal;
}

/** The parts of a request that are there before its body is received. */
export type RequestHead = Pick<EndpointRequest<never, unknown>, 'principal' | 'accessToken' | 'clientAddress'>;

/** The values that each handler receives, whatever its endpoint declares. */
export interface AnyRequest extends Omit<EndpointRequest<string, unknown>, 'query'> {
  readonly query: URLSearchParams;
}

/** The shape of a body that is not parsed. */
export const rawBytes = z.instanceof(Uint8Array);

/** Returns whether the replies of an endpoint are HTML pages; then its errors are, too. */
export function answersPages(endpoint: Pick<Endpoint, 'replies'> | undefined): boolean {
  return endpoint !== undefined && Object.values(endpoint.replies).some(isPage);
}

/** How large the bodies of an endpoint may be. */
export type BodySize = 'usual' | 'large';

/** Whether the API's authenticator checks a request. */
export type Access = 'authenticated' | 'public';

type ReplyShapes = Readonly<Record<number, ReplyShape | PageShape>>;

type DeclaredReply<Replies extends ReplyShapes> = {
  [Status in keyof Replies & number]: Replies[Status] extends ReplyShape
    ? {
        readonly status: Status;
        readonly body: Readonly<z.input<Replies[Status]['schema']> & object>;
        readonly headers?: Readonly<Record<string, string>>;
      }
    : (PageReply | FileReply) & { readonly status: Status };
}[keyof Replies & number];

/**
 * The declaration of one operation. Validation, types, the check of replies and the OpenAPI file
 * are derived from it.
 */
interface EndpointDeclaration<
  Path extends string,
  Body extends z.ZodType,
  Replies extends ReplyShapes,
  Query extends string,
> {
  /** Unique in its API. */
  readonly name: string;
  /** In the OpenAPI file. Defaults to the name. */
  readonly operationId?: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the API's prefix, with parameters in braces. */
  readonly path: Path;
  readonly params: Readonly<Record<PathNames<Path>, PathParameter>>;
  /** The parameters of the query that are read; others are ignored. */
  readonly query?: Readonly<Record<Query, QueryParameter>>;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  /**
   * The shape of its input; absent if the endpoint reads none. With `bodyFrom: 'bytes'` it is
   * `rawBytes`.
   */
  readonly body?: Body;
  /** Defaults to `json`. */
  readonly bodyFrom?: InputSource;
  /** The size limit of bodies: `usual` (64 KiB) by default; for `large`, it is configured. */
  readonly bodySize?: BodySize;
  readonly replies: Replies;
  /** Every reply that is not in `replies`. */
  readonly errors: ReplyShapes;
  /** Replies of any other status, if another server determines them. */
  readonly otherErrors?: ReplyShape;
  /** Returns the answer to a failure, or undefined for that of the API. */
  readonly failure?: (failure: Failure) => Answer | undefined;
}

/** What an operation does, with the services that it needs. */
interface Implementation<
  Path extends string,
  Body extends z.ZodType,
  Replies extends ReplyShapes,
  Query extends string,
> extends Pick<Endpoint, 'objection' | 'failure'> {
  /**
   * Throws if the request is rejected whatever its body is. Called before the body is received;
   * consumes no rate limit.
   */
  readonly admit?: (head: RequestHead) => void | Promise<void>;
  readonly handler: (
    request: EndpointRequest<PathNames<Path>, z.output<Body>, Query>,
  ) => Promise<DeclaredReply<Replies>>;
}

/** An operation as it is documented. */
export interface EndpointContract {
  readonly name: string;
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly params: Readonly<Record<string, PathParameter>>;
  readonly query: Readonly<Record<string, QueryParameter>>;
  readonly summary: string;
  readonly description: string | undefined;
  readonly access: Access;
  readonly body: z.ZodType | undefined;
  readonly bodyFrom: InputSource;
  readonly bodySize: BodySize;
  readonly replies: ReplyShapes;
  readonly errors: ReplyShapes;
  readonly otherErrors?: ReplyShape;
  /** Returns the answer to a failure, or undefined for that of the API. */
  readonly failure?: (failure: Failure) => Answer | undefined;
}

/** An operation without its services. */
export interface EndpointDefinition<Services extends readonly unknown[]> extends EndpointContract {
  /** Returns the endpoint that these services implement. */
  readonly serve: (...services: Services) => Endpoint;
}

/** An endpoint as the kernel serves it. */
export interface Endpoint extends EndpointContract {
  /**
   * Returns why requests from that address are rejected. Called before anything else of a request
   * is read.
   */
  readonly objection?: (clientAddress: string) => HttpProblem | undefined;
  /**
   * Throws if the request is rejected whatever its body is. Called before the body is received;
   * consumes no rate limit.
   */
  readonly admit?: (head: RequestHead) => void | Promise<void>;
  /** Checks `body` against its shape (problem `body_unfit`) and runs the handler. */
  readonly run: (request: AnyRequest) => Promise<Answer | FileReply>;
}

/**
 * Defines an operation at module level. `implement` is called once for each server, with its
 * services.
 */
export function defineEndpoint<
  const Path extends string,
  Body extends z.ZodType,
  const Replies extends ReplyShapes,
  const Query extends string = never,
  Services extends readonly unknown[] = [],
>(
  declaration: EndpointDeclaration<Path, Body, Replies, Query>,
  implement: (...services: Services) => Implementation<Path, Body, Replies, Query>,
): EndpointDefinition<Services> {
  const { body: shape, bodyFrom = 'json', bodySize = 'usual', description, operationId, ...rest } = declaration;
  const query: Readonly<Record<string, QueryParameter>> = declaration.query ?? {};
  const contract: EndpointContract = {
    ...rest,
    operationId: operationId ?? declaration.name,
    description,
    query,
    body: shape,
    bodyFrom,
    bodySize,
  };
  return {
    ...contract,
    serve(...services) {
      const { handler, ...implementation } = implement(...services);
      return {
        ...contract,
        ...implementation,
        run: async (request) =>
          handler({
            ...request,
            query: pick(request.query, Object.keys(query)) as Partial<Record<Query, string>>,
            body: read(shape, request.body) as z.output<Body>,
          }),
      };
    },
  };
}

/** Declares an operation that needs no services but those in reach. */
export function endpoint<
  const Path extends string,
  Body extends z.ZodType,
  const Replies extends ReplyShapes,
  const Query extends string = never,
>(declaration: EndpointDeclaration<Path, Body, Replies, Query> & Implementation<Path, Body, Replies, Query>): Endpoint {
  const { handler, admit, ...rest } = declaration;
  return defineEndpoint(rest as EndpointDeclaration<Path, Body, Replies, Query>, () => ({
    handler,
    ...(admit === undefined ? {} : { admit }),
  })).serve();
}

/** The most invalid members in one error. */
const maxInvalidMembers = 20;

function pick(query: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function read(shape: z.ZodType | undefined, body: unknown): unknown {
  if (shape === undefined) return undefined;
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const members = result.error.issues
    .filter(({ path }) => path.length > 0)
    .slice(0, maxInvalidMembers)
    .map((issue) => invalidMember(issue, body));
  throw new HttpFailure({ kind: 'body_unfit', members });
}

function invalidMember(issue: z.core.$ZodIssue, body: unknown): InvalidMember {
  const { code, path } = issue;
  const at = path.join('.');
  if (code === 'too_big' && issue.origin === 'array') return { at, problem: 'too_many' };
  const value = path.reduce<unknown>((outer, key) => (isContainer(outer) ? outer[key] : undefined), body);
  if (value === undefined) return { at, problem: 'missing' };
  return { at, problem: code === 'invalid_type' || code === 'invalid_union' ? 'wrong_type' : 'wrong_value' };
}

function isContainer(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
