import { canonicalAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import { createLeakyBuckets, type Allowance } from '../../base/leaky-buckets.js';
import type { Mxid } from '../../base/mxid.js';
import { randomId } from '../../base/random.js';
import type { Runtime } from '../../base/runtime.js';
import { Secret } from '../../base/secret.js';
import type { Database } from '../../database/database.js';
import type { IdentityBindingRecord } from '../../database/tables/identity-bindings.js';
import { FederationFailure } from '../../matrix/federation-failure.js';
import type { IdentityServerAnswer, IdentityServers } from '../../matrix/identity-servers.js';
import { AccountFailure } from '../failure.js';
import type { ProofSession } from './account-addresses.js';
import { findIdServer, readIdServer, type IdServer } from './id-server.js';
import type { OwnPublications } from './own-publications.js';
import type { Publications } from './publications.js';

export interface PublicationsDeps extends Runtime {
  readonly database: Database;
  /** The bindings at our own identity service, or undefined if it is disabled. */
  readonly own: OwnPublications | undefined;
  readonly identityServers: IdentityServers;
}

/** Requests to servers that a user names. */
const foreignPerUser: Allowance = { max: 30, windowMs: 10 * 60_000 };

/**
 * Creates the bindings at our own service, and those at other servers that the database has on
 * record.
 */
export function createPublications(deps: PublicationsDeps): Publications {
  const { database, own, identityServers, clock, random, logger } = deps;
  const foreign = createLeakyBuckets(foreignPerUser, clock);

  const admit = (mxid: Mxid) => {
    const retryAfterMs = foreign.waitMs(mxid);
    if (retryAfterMs > 0) throw new AccountFailure({ kind: 'rate_limited', retryAfterMs });
    foreign.add(mxid);
  };

  async function bindElsewhere(mxid: Mxid, idServer: IdServer, session: ProofSession, token: Secret): Promise<void> {
    admit(mxid);
    const clientSecret = new Secret(session.clientSecret);
    const asked = { sid: session.sid, clientSecret, mxid };
    const answer = await answered(identityServers.bind(idServer, asked, token));
    if (answer.status !== 200) throw refusal(answer);
    const address = addressIn(answer);
    if (!address) {
      logger.warn('identity server returned no binding', { idServer });
      return;
    }
    const binding = { id: randomId(random), ...asked, ...address, idServer, createdAt: clock.now() };
    await database.transaction((tx) => tx.identityBindings.save(binding));
  }

  /**
   * Returns true if the binding no longer exists there. If the server can never delete it for us,
   * it is not asked again.
   */
  async function unbindElsewhere(binding: IdentityBindingRecord): Promise<boolean> {
    const { id, mxid, medium, address, idServer, sid, clientSecret } = binding;
    admit(mxid);
    const asked = { mxid, address: { medium, address }, sid, clientSecret };
    const answer = await answered(identityServers.unbind(idServer, asked));
    if (answer.status !== 200 && !finalStatuses.includes(answer.status)) throw refusal(answer);
    await database.transaction((tx) => tx.identityBindings.delete(id));
    return answer.status === 200;
  }

  async function unbindEverywhere(
    bindings: readonly IdentityBindingRecord[],
    unbindHere: readonly Promise<boolean>[],
  ): Promise<boolean> {
    const outcomes = await Promise.allSettled([...unbindHere, ...bindings.map(unbindElsewhere)]);
    const done = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    return done.length > 0 && done.every(Boolean);
  }

  const isOurs = (idServer: IdServer | undefined) => idServer !== undefined && own?.names.has(idServer) === true;

  const whetherUnbound = async (binding: IdentityBindingRecord): Promise<boolean> => {
    try {
      return await unbindElsewhere(binding);
    } catch (error) {
      if (error instanceof AccountFailure) return false;
      throw error;
    }
  };

  return {
    async unbindAll(mxid, idServer) {
      const bindings = await database.transaction((tx) => tx.identityBindings.listByUser(mxid));
      const there = bindings.filter((binding) => idServer === undefined || binding.idServer === idServer);
      const isUnknown = there.length === 0 && idServer !== undefined && !isOurs(idServer);
      const outcomes = await Promise.all(there.map(whetherUnbound));
      return !isUnknown && outcomes.every(Boolean) ? 'success' : 'no-support';
    },

    isOurs: (named) => isOurs(findIdServer(named)),

    async bind(mxid, session, server) {
      const idServer = readIdServer(server.idServer);
      if (own && isOurs(idServer)) await own.bind(mxid, session, server.idAccessToken);
      else await bindElsewhere(mxid, idServer, session, server.idAccessToken);
    },

    async unbind(mxid, address, named, first) {
      const idServer = named === undefined ? undefined : readIdServer(named);
      const bindings = await database.transaction((tx) => tx.identityBindings.list(mxid, address));
      const there = bindings.filter((binding) => idServer === undefined || binding.idServer === idServer);
      const isHere = own && (idServer === undefined ? await own.isPublished(mxid, address) : isOurs(idServer));
      await first?.();
      const here = isHere ? [own.unbind(mxid, address).then(() => true)] : [];
      return (await unbindEverywhere(there, here)) ? 'success' : 'no-support';
    },
  };
}

/**
 * The statuses of servers that will never unbind for us: unsupported (400, 404, 405, 501), or the
 * session is no sufficient proof (401, 403), and we have no better proof.
 */
const finalStatuses = [400, 401, 403, 404, 405, 501];

async function answered(asking: Promise<IdentityServerAnswer>): Promise<IdentityServerAnswer> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof FederationFailure)) throw error;
    throw new AccountFailure({ kind: 'identity_server_unreachable' }, { cause: error });
  }
}

/** Only the members of the specification are returned to the client. */
function refusal({ status, body }: IdentityServerAnswer): AccountFailure {
  const { errcode, error, retry_after_ms: retryAfterMs } = body;
  if (typeof errcode !== 'string' || status > 599) return new AccountFailure({ kind: 'identity_server_unreachable' });
  return new AccountFailure({
    kind: 'identity_server_refused',
    status,
    body: {
      // Clients would take these errcodes for their own access token, and log out.
      errcode: ['M_UNKNOWN_TOKEN', 'M_MISSING_TOKEN'].includes(errcode) ? 'M_UNAUTHORIZED' : errcode,
      error: typeof error === 'string' ? error : 'The identity server refused',
      ...(typeof retryAfterMs === 'number' && { retry_after_ms: retryAfterMs }),
    },
  });
}

function addressIn({ body: { medium, address } }: IdentityServerAnswer): ThirdPartyAddress | undefined {
  return typeof medium === 'string' && typeof address === 'string' ? canonicalAddress({ medium, address }) : undefined;
}
