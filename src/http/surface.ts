import type { Failure } from '../base/failure.js';
import type { Authenticator } from './bearer-auth.js';
import type { Endpoint } from './endpoint.js';
import type { HttpProblem } from './problem.js';
import type { Reply } from './reply.js';

/** A wire protocol: its endpoints below one prefix, and its way to spell whatever goes wrong there. */
export interface Surface {
  /** For the log. */
  readonly name: string;
  /** Begins with a slash and does not end with one; empty for the root. */
  readonly prefix: string;
  readonly endpoints: readonly Endpoint[];
  readonly authenticate: Authenticator;
  /** Spells what the kernel found; `endpoint` is undefined where none was reached. */
  readonly problem: (problem: HttpProblem, endpoint: Endpoint | undefined) => Reply;
  /** Spells what a service threw; undefined for a failure that this surface does not know, which is a defect. */
  readonly failure: (failure: Failure, endpoint: Endpoint) => Reply | undefined;
  /** How loud the access line is: `debug` for what is polled all day. */
  readonly accessLevel: 'info' | 'debug';
}

/** A surface, checked: throws where two endpoints have one name or one method and path. */
export function surface(declaration: Surface): Surface {
  const taken = new Set<string>();
  for (const { name, method, path } of declaration.endpoints) {
    for (const key of [name, `${method} ${path}`]) {
      if (taken.has(key)) throw new Error(`${declaration.name} declares ${key} twice`);
      taken.add(key);
    }
  }
  const isPrefix = /^(\/[^/]+)*$/.test(declaration.prefix);
  if (!isPrefix) throw new Error(`${declaration.name}: ${declaration.prefix} is no prefix`);
  return declaration;
}
