import type { ServerName } from '../base/mxid.js';
import { splitServerName, type ServerNameParts } from '../base/server-name.js';
import { createDns, type LookUpServices } from './dns.js';
import { FederationFailure } from './federation-failure.js';
import type { GuardedFetch, GuardedRequest } from './guarded-fetch.js';
import type { FindDelegation } from './well-known-server.js';

/** How the server of a name is reached. */
export interface Destination {
  readonly send: GuardedFetch;
  /**
   * What requests begin with, without a slash at the end; its host is that of the Host header and
   * of the certificate.
   */
  readonly base: string;
  /**
   * The addresses to connect to instead, in the order of preference. Undefined stands for that of
   * `base`.
   */
  readonly connectTo: readonly [GuardedRequest['connectTo'], ...GuardedRequest['connectTo'][]];
}

/** Finds it; throws FederationFailure if the name is none. */
export type FindDestination = (server: ServerName) => Promise<Destination>;

export interface DestinationsDeps {
  readonly guardedFetch: GuardedFetch;
  /** For the servers that the administrator has given an address, whatever network it is in. */
  readonly configuredFetch: GuardedFetch;
  /** Base URLs, without a slash at their ends, by server name: these are not looked up. */
  readonly servers: Readonly<Record<string, string>>;
  readonly findDelegation: FindDelegation;
  /** Defaults to the DNS. */
  readonly lookUpServices?: LookUpServices;
}

const federationPort = 8448;
const maxTargets = 3;

/** Servers by their names (server-server API, "Resolving server names"). */
export function createDestinations(deps: DestinationsDeps): FindDestination {
  const { guardedFetch, configuredFetch, findDelegation, lookUpServices = createDns().lookUpServices } = deps;
  const servers = new Map(Object.entries(deps.servers));

  async function named(host: string): Promise<Destination> {
    const targets = await targetsOf(host, lookUpServices);
    const [first, ...others] = targets;
    const connectTo = first ? ([first, ...others] as const) : ([{ host, port: federationPort }] as const);
    return { send: guardedFetch, base: `https://${host}`, connectTo };
  }

  return async (server) => {
    const base = servers.get(server);
    if (base !== undefined) return { send: configuredFetch, base, connectTo: [undefined] };
    const parts = splitServerName(server);
    if (parts === undefined) throw new FederationFailure({ kind: 'no_connection' }, { cause: 'no server name' });
    const direct = directly(parts, guardedFetch);
    if (direct) return direct;
    const delegated = await findDelegation(parts.host);
    if (delegated === undefined) return named(parts.host);
    return directly(delegated, guardedFetch) ?? named(delegated.host);
  };
}

/** If the name itself has an address or a port. */
function directly({ host, port, isAddress }: ServerNameParts, send: GuardedFetch): Destination | undefined {
  if (port !== undefined) return { send, base: `https://${host}:${port}`, connectTo: [undefined] };
  return isAddress ? { send, base: `https://${host}`, connectTo: [{ host, port: federationPort }] } : undefined;
}

async function targetsOf(host: string, lookUp: LookUpServices): Promise<readonly { host: string; port: number }[]> {
  for (const service of ['_matrix-fed._tcp', '_matrix._tcp']) {
    const found = await lookUp(`${service}.${host}`).catch(() => []);
    const usable = found.filter(({ name, port }) => name.replace(/\.$/, '') !== '' && port > 0);
    if (usable.length === 0) continue;
    // The heaviest of equals first: the few requests that we send need no spreading.
    return usable
      .toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)
      .slice(0, maxTargets)
      .map(({ name, port }) => ({ host: name, port }));
  }
  return [];
}
