import { NotCanonical } from '../base/canonical-json.js';
import type { Clock } from '../base/clock.js';
import { createExpiringMap } from '../base/expiring-map.js';
import type { ServerName } from '../base/mxid.js';
import { hasSignature } from '../base/signed-json.js';
import { SingleFlight } from '../base/single-flight.js';
import type { AskServer } from './ask-server.js';
import { FederationFailure } from './federation-failure.js';
import { isJsonObject } from './json-object.js';

/** Public keys in base64, by key id. */
export type ServerKeys = ReadonlyMap<string, string>;

/**
 * The keys that a server signs requests with at the moment, `keyId` among them if the server has
 * it. Throws FederationFailure.
 */
export type FindServerKeys = (server: ServerName, keyId: string) => Promise<ServerKeys>;

const maxMs = 3_600_000;
// So soon a server is asked again when it had no answer, or not the key in question.
const againMs = 10_000;
const maxServers = 5000;
const maxKeys = 50;

interface Known {
  readonly keys: ServerKeys;
  readonly askedAt: number;
}

/**
 * Keys as their server publishes and signs them, remembered for an hour at most (server-server API,
 * "Retrieving server keys").
 */
export function createServerKeys({ ask, clock }: { readonly ask: AskServer; readonly clock: Clock }): FindServerKeys {
  const known = createExpiringMap<Known>({ maxEntries: maxServers, clock });
  const failures = createExpiringMap<FederationFailure>({ maxEntries: maxServers, clock });
  const flights = new SingleFlight();

  async function fetchKeys(server: ServerName): Promise<ServerKeys> {
    const askedAt = clock.now();
    try {
      const answer = await ask(server, { method: 'GET', path: '/_matrix/key/v2/server' });
      const { keys, validUntil } = readKeys(answer, server, askedAt);
      known.set(server, { keys, askedAt }, Math.min(maxMs, validUntil - askedAt));
      return keys;
    } catch (error) {
      // An overload of this daemon is no failure of the server.
      if (error instanceof FederationFailure && error.details.kind !== 'overloaded') {
        failures.set(server, error, againMs);
      }
      throw error;
    }
  }

  return async (server, keyId) => {
    const now = known.get(server);
    if (now && (now.keys.has(keyId) || clock.now() < now.askedAt + againMs)) return now.keys;
    const failure = failures.get(server);
    if (failure) throw new FederationFailure(failure.details, { cause: failure });
    return flights.run(server, () => fetchKeys(server));
  };
}

function readKeys(
  answer: Readonly<Record<string, unknown>>,
  server: ServerName,
  now: number,
): { readonly keys: ServerKeys; readonly validUntil: number } {
  if (answer['server_name'] !== server) throw unfit('the keys of another server');
  const validUntil = answer['valid_until_ts'];
  if (typeof validUntil !== 'number' || validUntil <= now) throw unfit('keys of the past');
  const keys = new Map<string, string>();
  for (const [keyId, publicKey] of publishedKeys(answer)) {
    // A server that cannot sign with a key may have copied it from another server.
    if (isSelfSigned(answer, server, keyId, publicKey)) keys.set(keyId, publicKey);
  }
  if (keys.size === 0) throw unfit('keys that are not signed');
  return { keys, validUntil };
}

function publishedKeys(answer: Readonly<Record<string, unknown>>): [string, string][] {
  const published = answer['verify_keys'];
  if (!isJsonObject(published)) return [];
  return Object.entries(published)
    .slice(0, maxKeys)
    .flatMap(([keyId, value]): [string, string][] => {
      const publicKey = isJsonObject(value) ? value['key'] : undefined;
      return keyId.startsWith('ed25519:') && typeof publicKey === 'string' ? [[keyId, publicKey]] : [];
    });
}

function isSelfSigned(
  answer: Readonly<Record<string, unknown>>,
  server: string,
  keyId: string,
  publicKey: string,
): boolean {
  try {
    return hasSignature(answer, server, keyId, publicKey);
  } catch (error) {
    if (error instanceof NotCanonical) return false;
    throw error;
  }
}

function unfit(problem: string): FederationFailure {
  return new FederationFailure({ kind: 'answer_unfit', problem });
}
