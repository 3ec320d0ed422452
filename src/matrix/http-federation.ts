import type { Clock } from '../base/clock.js';
import { isSignedBy } from '../base/ed25519.js';
import { parseMxid } from '../base/mxid.js';
import type { QueueBounds } from '../base/work-queue.js';
import { createAskServer, type AskServer } from './ask-server.js';
import { createConfiguredFetch } from './configured-fetch.js';
import { createDestinations } from './destinations.js';
import type { LookUpAddresses, LookUpServices } from './dns.js';
import { FederationFailure } from './federation-failure.js';
import type { Federation } from './federation.js';
import { createGuardedFetch } from './http-guarded-fetch.js';
import { createServerKeys } from './server-keys.js';
import { createWellKnownServer } from './well-known-server.js';

export interface HttpFederationDeps {
  /** Addresses and CIDR ranges that servers may have although these are not public. */
  readonly allowedNetworks: readonly string[];
  /**
   * Base URLs, without a slash at their ends, by server name: these are trusted, and not looked up.
   */
  readonly servers: Readonly<Record<string, string>>;
  /**
   * How long one request may take, its turn and its answer included; three times as long if a
   * server must be found first.
   */
  readonly deadlineMs: number;
  readonly clock: Clock;
  /**
   * The number of concurrent requests: to servers that are looked up, to other servers, and for
   * notifications of invites, each.
   */
  readonly bounds?: QueueBounds;
  /** Defaults to the DNS. */
  readonly lookUp?: LookUpAddresses;
  readonly lookUpServices?: LookUpServices;
  /** Certificate authorities in PEM instead of those of Node. */
  readonly ca?: string;
}

const maxBytes = 64 * 1024;

/** Other servers over guarded HTTPS, discovered as in the server-server API. */
export function createHttpFederation(deps: HttpFederationDeps): Federation {
  const ask = createAsk(deps);
  // Invites have their own queue, so that unauthenticated clients, which can fill the other one, do
  // not delay them.
  const send = createAsk(deps);
  const findKeys = createServerKeys({ ask, clock: deps.clock });

  return {
    async openIdSubject(server, token) {
      const path = `/_matrix/federation/v1/openid/userinfo?access_token=${encodeURIComponent(token.reveal())}`;
      const answer = await ask(server, { method: 'GET', path });
      const subject = typeof answer['sub'] === 'string' ? parseMxid(answer['sub']) : undefined;
      if (subject !== undefined) return subject;
      throw new FederationFailure({ kind: 'answer_unfit', problem: 'no user' });
    },
    async postOnBind(server, body) {
      await send(server, { method: 'POST', path: '/_matrix/federation/v1/3pid/onbind', body });
    },
    async hasSigned(server, { keyId, signature, bytes }) {
      const publicKey = (await findKeys(server, keyId)).get(keyId);
      return publicKey !== undefined && isSignedBy(publicKey, signature, bytes);
    },
  };
}

/** Requests that have their queues to themselves. */
function createAsk(deps: HttpFederationDeps): AskServer {
  const { allowedNetworks, servers, deadlineMs, clock, lookUp, lookUpServices, bounds, ca } = deps;
  const common = { deadlineMs, maxBytes, clock, ...(bounds && { bounds }), ...(ca !== undefined && { ca }) };
  const guardedFetch = createGuardedFetch({ ...common, allowedNetworks, ...(lookUp && { lookUp }) });
  const findDestination = createDestinations({
    guardedFetch,
    configuredFetch: createConfiguredFetch(common),
    servers,
    findDelegation: createWellKnownServer({ guardedFetch, clock }),
    ...(lookUpServices && { lookUpServices }),
  });
  return createAskServer({ findDestination, deadlineMs: 3 * deadlineMs, clock });
}
