import { createHash } from 'node:crypto';
import { createLeakyBuckets, type Allowance } from '../base/leaky-buckets.js';
import { serverNameOf, type Mxid, type ServerName } from '../base/mxid.js';
import { alphanumeric, randomText } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import { Secret } from '../base/secret.js';
import { parseServerName } from '../base/server-name.js';
import type { Database } from '../database/database.js';
import { FederationFailure, type FederationFailureDetails } from '../matrix/federation-failure.js';
import type { OpenId } from '../matrix/federation.js';
import type { IdentityUsers, Policy } from './users.js';
import { IdentityFailure, type IdentityFailureDetails } from './failure.js';

export interface IdentityUsersDeps extends Runtime {
  readonly database: Database;
  readonly openId: OpenId;
  /** The homeservers whose users are admitted; empty for all. */
  readonly allowedServers: readonly ServerName[];
  /** The policies that users must accept, by id. */
  readonly policies: Readonly<Record<string, Policy>>;
  readonly registrationsPerClient: Allowance;
}

/** Creates the users, with their tokens in the database. */
export function createIdentityUsers(deps: IdentityUsersDeps): IdentityUsers {
  const { database, openId, allowedServers, policies, clock, random, logger } = deps;
  const registrations = createLeakyBuckets(deps.registrationsPerClient, clock);
  const texts = Object.values(policies).flatMap(({ version, languages }) =>
    Object.values(languages).map(({ url }) => ({ url, version })),
  );

  function checkClient(client: string): void {
    const retryAfterMs = registrations.waitMs(client);
    if (retryAfterMs > 0) throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs });
  }

  async function subjectOf(server: ServerName, accessToken: Secret): Promise<Mxid> {
    try {
      return await openId.openIdSubject(server, accessToken);
    } catch (error) {
      if (!(error instanceof FederationFailure)) throw error;
      logger.info('openid token not verified', { server, reason: error.details });
      throw new IdentityFailure(toIdentityFailureDetails(error.details), { cause: error });
    }
  }

  /**
   * A logout everywhere deletes the OpenID tokens and the identity tokens of an account here. If it
   * ran between the check of the OpenID token and the insert of `token`, it has not deleted
   * `token`, so the OpenID token is checked again. A later logout deletes both.
   */
  async function requireStillVouched(server: ServerName, openIdToken: Secret, token: Secret): Promise<void> {
    try {
      await subjectOf(server, openIdToken);
    } catch (error) {
      await database.transaction((tx) => tx.identityTokens.delete(hashOf(token)));
      throw error;
    }
  }

  return {
    policies,
    checkClient,

    async register({ accessToken, matrixServerName, client }) {
      const server = parseServerName(matrixServerName);
      if (server === undefined) throw new IdentityFailure({ kind: 'server_name_invalid' });
      if (allowedServers.length > 0 && !allowedServers.includes(server)) {
        throw new IdentityFailure({ kind: 'server_not_allowed' });
      }
      checkClient(client);
      registrations.add(client);
      const mxid = await subjectOf(server, accessToken);
      // A homeserver may only vouch for its own users.
      if (serverNameOf(mxid) !== server) throw new IdentityFailure({ kind: 'open_id_refused' });
      const token = new Secret(randomText(random, tokenLength, alphanumeric));
      const now = clock.now();
      const isHere = await database.transaction(async (tx) => {
        // The account may have been deactivated since its OpenID token was checked.
        const account = await tx.accounts.hold(mxid);
        if (account?.deactivatedAt !== undefined) throw new IdentityFailure({ kind: 'open_id_refused' });
        await tx.identityTokens.insert({ tokenHash: hashOf(token), mxid, createdAt: now, usedAt: now });
        return account !== undefined;
      });
      if (isHere) await requireStillVouched(server, accessToken, token);
      return token;
    },

    async holder(token) {
      const now = clock.now();
      const found = isToken(token)
        ? await database.read(({ identityTokens }) => identityTokens.find(hashOf(token)))
        : undefined;
      if (!found) throw new IdentityFailure({ kind: 'token_unknown' });
      if (found.usedAt <= now - useCountsMs) {
        await database.transaction((tx) => tx.identityTokens.touch(found.tokenHash, now));
      }
      return found.mxid;
    },

    async logOut(token) {
      const wasKnown = await database.transaction((tx) => tx.identityTokens.delete(hashOf(token)));
      if (!wasKnown) throw new IdentityFailure({ kind: 'token_unknown' });
    },

    async acceptTerms(mxid, urls) {
      if (!urls.every((url) => texts.some((text) => text.url === url))) {
        throw new IdentityFailure({ kind: 'terms_unknown_url' });
      }
      const accepted = texts.filter(({ url }) => urls.includes(url));
      const now = clock.now();
      await database.transaction(async (tx) => {
        for (const text of accepted) await tx.acceptedTerms.add(mxid, text, now);
      });
    },

    async requireTerms(mxid) {
      const wanted = Object.values(policies);
      if (wanted.length === 0) return;
      const accepted = await database.transaction((tx) => tx.acceptedTerms.listByUser(mxid));
      const isSigned = ({ version, languages }: Policy) =>
        Object.values(languages).some(({ url }) =>
          accepted.some((text) => text.url === url && text.version === version),
        );
      if (!wanted.every(isSigned)) throw new IdentityFailure({ kind: 'terms_unsigned' });
    },

    async sweep() {
      await database.transaction((tx) => tx.identityTokens.deleteUnused(clock.now() - unusedMs));
    },
  };
}

const tokenLength = 64;
const dayMs = 86_400_000;
// Written at most once a day, so that most reads do not write.
const useCountsMs = dayMs;
// If a token is unknown, the client registers again.
const unusedMs = 365 * dayMs;

function isToken(token: Secret): boolean {
  return /^[0-9A-Za-z]{64}$/.test(token.reveal());
}

// A fast hash suffices, because the random bits are too many to be guessed.
function hashOf(token: Secret): string {
  return createHash('sha256').update(token.reveal()).digest('base64url');
}

/**
 * Returns the failure that the caller may see. The reason why a server's address was rejected would
 * reveal the local network.
 */
function toIdentityFailureDetails(details: FederationFailureDetails): IdentityFailureDetails {
  switch (details.kind) {
    case 'refused':
      return { kind: details.status < 500 && details.status !== 429 ? 'open_id_refused' : 'homeserver_unreachable' };
    case 'overloaded':
      return { kind: 'overloaded' };
    case 'address_refused':
    case 'no_connection':
    case 'no_answer':
    case 'answer_unfit':
      return { kind: 'homeserver_unreachable' };
  }
}
