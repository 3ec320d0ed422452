import type { Clock } from '../base/clock.js';
import { createExpiringMap } from '../base/expiring-map.js';
import { splitServerName, type ServerNameParts } from '../base/server-name.js';
import { SingleFlight } from '../base/single-flight.js';
import { FederationFailure } from './federation-failure.js';
import type { GuardedAnswer, GuardedFetch } from './guarded-fetch.js';
import { jsonObject } from './json-object.js';

/**
 * To which server a host delegates, or undefined if it does not (server-server API, "Resolving
 * server names", 3). Throws the FederationFailure overloaded if it could not be asked.
 */
export type FindDelegation = (host: string) => Promise<ServerNameParts | undefined>;

const hourMs = 3_600_000;
const defaultMs = 24 * hourMs;
const maxMs = 48 * hourMs;
const shortestMs = 5 * 60_000;
const failureMs = 5 * 60_000;
const maxRedirects = 3;
const maxEntries = 5000;

/**
 * Asks https://host/.well-known/matrix/server, follows a few redirects, each as guarded as the
 * first request, and remembers the answer.
 */
export function createWellKnownServer(deps: {
  readonly guardedFetch: GuardedFetch;
  readonly clock: Clock;
}): FindDelegation {
  const { guardedFetch, clock } = deps;
  const known = createExpiringMap<{ readonly server: ServerNameParts | undefined }>({ maxEntries, clock });
  const flights = new SingleFlight();

  async function ask(host: string): Promise<ServerNameParts | undefined> {
    const answer = await follow(guardedFetch, new URL(`https://${host}/.well-known/matrix/server`));
    const server = answer && delegationIn(answer);
    known.set(host, { server }, server && answer ? freshMs(answer.headers['cache-control']) : failureMs);
    return server;
  }

  return async (host) => {
    const remembered = known.get(host);
    return remembered ? remembered.server : flights.run(host, () => ask(host));
  };
}

async function follow(guardedFetch: GuardedFetch, start: URL): Promise<GuardedAnswer | undefined> {
  let url = start;
  try {
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const answer = await guardedFetch({ method: 'GET', url });
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.status);
      const location = answer.headers['location'];
      if (!isRedirect || location === undefined) return answer;
      if (!URL.canParse(location, url.href)) return undefined;
      url = new URL(location, url);
      if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
    }
  } catch (error) {
    // Without an answer there is no delegation, and the next step is tried.
    if (!(error instanceof FederationFailure) || error.details.kind === 'overloaded') throw error;
  }
  return undefined;
}

function delegationIn({ status, text }: GuardedAnswer): ServerNameParts | undefined {
  const server = status === 200 ? jsonObject(text)?.['m.server'] : undefined;
  return typeof server === 'string' ? splitServerName(server) : undefined;
}

function freshMs(cacheControl = ''): number {
  if (/(^|[\s,])no-(store|cache)\b/i.test(cacheControl)) return shortestMs;
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl)?.[1];
  if (seconds === undefined) return defaultMs;
  return Math.min(maxMs, Math.max(shortestMs, Number(seconds) * 1000));
}
