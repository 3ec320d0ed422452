import type { Clock } from '../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../base/deadline.js';
import type { ServerName } from '../base/mxid.js';
import type { FindDestination } from './destinations.js';
import { FederationFailure } from './federation-failure.js';
import type { GuardedAnswer } from './guarded-fetch.js';
import { jsonObject } from './json-object.js';

/** A request to a server, wherever that is. */
export interface ServerRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The JSON object that the server answers with 200; all else is a FederationFailure. */
export type AskServer = (server: ServerName, request: ServerRequest) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Finds the server and asks it; if it serves several places, the next is tried when there is no
 * answer from one.
 */
export function createAskServer(deps: {
  readonly findDestination: FindDestination;
  /** For all of it, finding the server included. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}): AskServer {
  const { findDestination, deadlineMs, clock } = deps;

  async function answerOf(server: ServerName, { method, path, body }: ServerRequest): Promise<GuardedAnswer> {
    const { send, base, connectTo } = await findDestination(server);
    const url = new URL(`${base}${path}`);
    const content = body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    let failure: FederationFailure | undefined;
    for (const target of connectTo) {
      try {
        return await send({ method, url, ...content, ...(target && { connectTo: target }) });
      } catch (error) {
        if (!(error instanceof FederationFailure) || !isOfThisPlace(error)) throw error;
        failure = error;
      }
    }
    throw failure ?? new FederationFailure({ kind: 'no_connection' });
  }

  return async (server, request) => {
    try {
      return fit(await withDeadline(clock, deadlineMs, answerOf(server, request)));
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      throw new FederationFailure({ kind: 'no_answer', afterMs: deadlineMs }, { cause: error });
    }
  };
}

function isOfThisPlace({ details }: FederationFailure): boolean {
  return details.kind === 'no_connection' || details.kind === 'no_answer';
}

function fit({ status, text }: GuardedAnswer): Readonly<Record<string, unknown>> {
  if (status >= 300 && status < 400) throw new FederationFailure({ kind: 'answer_unfit', problem: 'a redirect' });
  if (status !== 200) throw new FederationFailure({ kind: 'refused', status });
  const answer = jsonObject(text);
  if (answer === undefined) throw new FederationFailure({ kind: 'answer_unfit', problem: 'no JSON object' });
  return answer;
}
