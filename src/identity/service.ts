import type { Allowance } from '../base/leaky-buckets.js';
import type { ServerName } from '../base/mxid.js';
import { createQuotaGroups } from '../base/quota-groups.js';
import type { Runtime } from '../base/runtime.js';
import type { Database } from '../database/database.js';
import type { Messenger } from '../delivery/messenger.js';
import type { Federation } from '../matrix/federation.js';
import type { VerifyRequest } from '../matrix/x-matrix.js';
import type { Validation } from '../threepid/validation.js';
import type { AccountPublisher, Associations } from './associations.js';
import { type BindPolicy, createAssociations } from './database-associations.js';
import { createInvites } from './database-invites.js';
import { createHashedLookup } from './hashed-lookup.js';
import { createInviteDeliveries } from './invite-deliveries.js';
import { createInviteLimits, type InviteAllowances } from './invite-limits.js';
import { keepInvitesMs } from './invite-rules.js';
import type { Invites } from './invites.js';
import { createLookupLimits, type LookupAllowances } from './lookup-limits.js';
import type { Lookup } from './lookup.js';
import { createPeppers } from './peppers.js';
import type { PublicKeys } from './public-keys.js';
import type { SigningKeys } from './signing-keys.js';
import { createUnbindProofCheck } from './unbind-proof.js';

/** The settings of the identity service. */
export interface IdentityOptions {
  /** The name in signatures. */
  readonly serverName: string;
  /** The server whose users version 1 may bind, unless it binds all. */
  readonly ownServer: ServerName;
  readonly bindAllow: BindPolicy;
  /** The public URL, without a trailing slash. Rooms store it for ever. */
  readonly publicUrl: string;
  /** Base URL of the web client that mailed invites link to, without a trailing slash. */
  readonly webClient: string;
  /** Base URLs of web clients that the client of an inviting user may name instead. */
  readonly allowedWebClients: readonly string[];
  readonly lookup: {
    /** The time after which a pepper is replaced. */
    readonly pepperMs: number;
    /** In one request. */
    readonly maxAddresses: number;
  } & LookupAllowances;
  readonly invites: Omit<InviteAllowances, 'perAddress'>;
  /**
   * The limits of requests to homeservers that one client may cause: one for registrations, one for
   * signed unbinds.
   */
  readonly registrations: { readonly perClient: Allowance };
}

export interface IdentityServiceDeps extends Runtime {
  readonly options: IdentityOptions;
  readonly database: Database;
  readonly signingKeys: SigningKeys;
  readonly validation: Pick<Validation, 'loadValidated'>;
  readonly messenger: Messenger;
  readonly federation: Pick<Federation, 'postOnBind'>;
  readonly verifyRequest: VerifyRequest;
}

/** The identity service without its users and its validation sessions. */
export interface IdentityService {
  readonly keys: PublicKeys;
  readonly associations: Associations & AccountPublisher;
  readonly lookup: Lookup;
  readonly invites: Invites;
  /** Starts the delivery of invites, including pending ones from an earlier run. */
  start(): Promise<void>;
  /** Resolves soon. */
  stop(): Promise<void>;
  /** Runs regular work: renews the pepper, and deletes expired rows. */
  sweep(): Promise<void>;
}

const invitesPerAddress: Allowance = { max: 30, windowMs: 86_400_000 };

/** Creates the service on that database. Idle until start(). */
export function createIdentityService(deps: IdentityServiceDeps): IdentityService {
  const { options, database, signingKeys, messenger, clock, random, logger } = deps;
  const { serverName, ownServer, publicUrl, lookup: lookupOptions } = options;
  const quotaGroupsOf = createQuotaGroups(ownServer);
  const peppers = createPeppers({ database, periodMs: lookupOptions.pepperMs, clock, random, logger });
  const { maxAddresses, perUser, perServer, perNetwork } = lookupOptions;
  const limits = createLookupLimits({
    maxAddresses,
    allowances: { perUser, perServer, perNetwork },
    ownServer,
    clock,
    random,
  });
  const deliveries = createInviteDeliveries({ ...deps });
  const inviteLimits = createInviteLimits({
    allowances: { ...options.invites, perAddress: invitesPerAddress },
    ownServer,
    quotaGroupsOf,
    limiter: database.limiter,
  });
  return {
    keys: signingKeys.publicKeys,
    associations: createAssociations({
      ...deps,
      checkUnbindProof: createUnbindProofCheck({ ...deps, signaturesPerClient: options.registrations.perClient }),
      peppers,
      limits,
      serverName,
      policy: { allow: options.bindAllow, ownServer: options.ownServer },
      onInvitesClaimed: () => deliveries.wake(),
    }),
    lookup: createHashedLookup({ database, peppers, limits }),
    invites: createInvites({
      database,
      messenger,
      signingKeys,
      limits: inviteLimits,
      quotaGroupsOf,
      serverName,
      publicUrl,
      webClients: { usual: options.webClient, others: options.allowedWebClients },
      clock,
      random,
      logger,
    }),

    async start() {
      await peppers.current();
      deliveries.start();
    },

    stop: () => deliveries.stop(),

    async sweep() {
      await deliveries.sweep();
      await database.transaction((tx) => tx.identityInvites.deletePendingUntil(clock.now() - keepInvitesMs));
      await peppers.sweep();
    },
  };
}
