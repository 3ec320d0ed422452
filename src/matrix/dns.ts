import { lookup, Resolver } from 'node:dns/promises';

/** Returns all IP addresses of a host name. Rejects or returns none if there are none. */
export type LookUpAddresses = (host: string) => Promise<readonly string[]>;

/** The target of an SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Returns the SRV records of a name. Rejects or returns none if there are none. */
export type LookUpServices = (name: string) => Promise<readonly ServiceRecord[]>;

/**
 * Uses the resolver of the operating system, with its hosts file: for names that the admin chose.
 */
export const lookUpAsSystem: LookUpAddresses = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** Questions to the DNS. */
export interface Dns {
  readonly lookUp: LookUpAddresses;
  readonly lookUpServices: LookUpServices;
}

/**
 * Returns the DNS, for untrusted names. The resolver of the operating system takes one of a few
 * threads, on which passwords are hashed too, for as long as an untrusted name server likes.
 * `servers` are asked instead of those of the machine.
 */
export function createDns(servers?: readonly string[]): Dns {
  // Creates a new resolver each time, because a resolver keeps the name servers that the machine
  // had when it was created.
  const newResolver = () => {
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    if (servers) resolver.setServers(servers);
    return resolver;
  };
  return {
    async lookUp(host) {
      const resolver = newResolver();
      const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      const found = [four, six].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      if (found.length === 0 && four.status === 'rejected') throw four.reason;
      return found;
    },
    lookUpServices: (name) => newResolver().resolveSrv(name),
  };
}
