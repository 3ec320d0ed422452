import type { Failure } from '../base/failure.js';
import type { Secret } from '../base/secret.js';
import type { Authenticator } from './bearer-auth.js';
import type { Endpoint } from './endpoint.js';
import type { HttpProblem } from './problem.js';
import type { Answer } from './reply.js';
import type { SocketEndpoint } from './socket-endpoint.js';

/** An API over HTTP: its endpoints below its prefixes, and the format of its errors. */
export interface Api {
  /** For the log. */
  readonly name: string;
  /**
   * Each begins with a slash and does not end with one, or is empty for the root. All have the same
   * endpoints; the first names them in the log.
   */
  readonly prefixes: readonly [string, ...string[]];
  /**
   * If set, each path must contain it as a segment after the prefix, or the API returns 404. It
   * is compared in constant time and never logged.
   */
  readonly secretSegment?: Secret | undefined;
  readonly endpoints: readonly Endpoint[];
  /** Its WebSockets, each beside one of the endpoints. */
  readonly sockets?: readonly SocketEndpoint[];
  readonly authenticate: Authenticator;
  /**
   * Returns the reply to a problem that the kernel found. `endpoint` is undefined if none was
   * reached.
   */
  readonly problem: (problem: HttpProblem, endpoint: Endpoint | undefined) => Answer;
  /**
   * Returns the reply to an exception of a service that the endpoint itself did not handle, or
   * undefined for an unknown failure, which is a defect.
   */
  readonly failure: (failure: Failure, endpoint: Endpoint) => Answer | undefined;
  /** The Content-Type of its JSON; with a charset if absent. */
  readonly jsonType?: string;
  /** The log level of access lines: `debug` for paths that are polled. */
  readonly accessLevel: 'info' | 'debug';
  /** Whether pages of all web sites may call it and read its answers. */
  readonly crossOrigin?: boolean;
  /**
   * Whether several slashes in a row in a path count as one, for base URLs that were written with a
   * slash at their end.
   */
  readonly lenient?: boolean;
}

/**
 * Returns the declared API. Throws if two endpoints have the same name, or the same method and
 * path, or if a prefix or the secret is not valid.
 */
export function defineApi(declaration: Api): Api {
  const taken = new Set<string>();
  for (const { name, method, path } of declaration.endpoints) {
    for (const key of [name, `${method} ${path}`]) {
      if (taken.has(key)) throw new Error(`${declaration.name} declares ${key} twice`);
      taken.add(key);
    }
  }
  const wrong = declaration.prefixes.find((prefix) => !/^(\/[^/]+)*$/.test(prefix));
  if (wrong !== undefined) throw new Error(`${declaration.name}: ${wrong} is no prefix`);
  if (declaration.secretSegment && declaration.sockets) {
    throw new Error(`${declaration.name}: WebSockets have no secret in their paths`);
  }
  if (declaration.secretSegment && !/^[\w.~-]+$/.test(declaration.secretSegment.reveal())) {
    throw new Error(`${declaration.name}: its secret must be letters, digits, dots, dashes, underscores and tildes`);
  }
  return declaration;
}
