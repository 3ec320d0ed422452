import type { OpenIdTokens } from '../accounts/open-id.js';
import { createOwnOpenId } from '../accounts/own-open-id.js';
import { createOwnPublications, type OwnPublications } from '../accounts/threepids/own-publications.js';
import { createIdentityApis, type IdentityDeps } from '../api/identity-apis.js';
import { toKnownErrorReply } from '../api/identity/to-error-reply.js';
import { createTelegramGatewayApi } from '../api/telegram-gateway/index.js';
import type { Clock } from '../base/clock.js';
import { createNetworks } from '../base/ip-networks.js';
import type { Logger } from '../base/logger.js';
import type { Runtime } from '../base/runtime.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import { createGatewayReports } from '../delivery/telegram-gateway-reports.js';
import type { Api } from '../http/api.js';
import type { AccountPublisher } from '../identity/associations.js';
import { createIdentityUsers } from '../identity/database-users.js';
import { createIdentityService } from '../identity/service.js';
import { loadSigningKeys } from '../identity/signing-keys.js';
import { createHttpFederation } from '../matrix/http-federation.js';
import { createXMatrixVerifier } from '../matrix/x-matrix-verifier.js';
import { reportPath, type Proofs } from './proofs.js';

/** The dependencies of openIdentity besides the configuration. */
export interface IdentityRuntime extends Runtime {
  readonly proofs: Proofs;
  /** Undefined without embedded accounts. */
  readonly openIdTokens: Pick<OpenIdTokens, 'findUser'> | undefined;
  readonly database: Database;
}

/** The identity service. */
export interface Identity {
  readonly apis: readonly Api[];
  /** Its bindings, for callers in this process. */
  readonly published: OwnPublications;
  /** Publishes the 3PIDs of accounts. */
  readonly publisher: AccountPublisher;
  /** From now on, homeservers are notified of invites. */
  start(): Promise<void>;
  /** Runs periodic work. */
  sweep(): Promise<void>;
  /** To be called after all requests have ended. */
  close(): Promise<void>;
}

type IdentityConfig = Extract<Config['identity'], { readonly enabled: true }>;

/**
 * Returns the identity service, or undefined if it is disabled. Throws SigningKeyFailure and
 * SettingsFailure.
 */
export async function openIdentity(config: Config, runtime: IdentityRuntime): Promise<Identity | undefined> {
  const { identity: options, delivery, outgoing, homeserver } = config;
  if (!options.enabled) return undefined;
  const { proofs, openIdTokens: tokens, database, clock, logger } = runtime;
  const { messenger, validation } = proofs;
  const { publicUrl, serverName } = options;
  const { host, hostname, pathname } = new URL(publicUrl);

  const signingKeys = await loadSigningKeys({ ...runtime, path: options.signingKeyFile });
  const federation = createHttpFederation({ ...outgoing, clock });
  const users = createIdentityUsers({
    ...runtime,
    openId: tokens ? createOwnOpenId({ serverName: homeserver.domain, tokens, others: federation }) : federation,
    allowedServers: options.allowedServers,
    policies: options.terms,
    registrationsPerClient: options.registrations.perClient,
  });
  const service = createIdentityService({
    ...runtime,
    options: { ...options, ownServer: homeserver.domain },
    signingKeys,
    validation,
    messenger,
    federation,
    verifyRequest: createXMatrixVerifier({ federation, ourNames: [...new Set([serverName, host, hostname])] }),
  });
  const apis = createIdentityApis({
    ...service,
    validation,
    users,
    publicKeys: service.keys,
    pages: proofs.pages,
    v1: partsOfVersion1(options.v1),
    delegate: options.delegate && {
      secret: options.delegate.secret,
      isAllowed: allowing(options.delegate.allowedClients),
    },
  });
  logEnabledParts(config, options, logger);

  return {
    apis: [...apis, ...reportApis(delivery, clock, logger)],
    published: createOwnPublications({
      names: [`${host}${pathname}`, serverName],
      database,
      users,
      associations: service.associations,
      toErrorReply: (failure) => toKnownErrorReply(failure),
    }),
    publisher: service.associations,
    start: () => service.start(),
    async sweep() {
      await users.sweep();
      await service.sweep();
    },
    close: () => service.stop(),
  };
}

function partsOfVersion1(v1: IdentityConfig['v1']): IdentityDeps['v1'] {
  const part = ({ enabled, allowedClients }: IdentityConfig['v1']['bind']) => ({
    enabled,
    isAllowed: allowing(allowedClients),
  });
  return {
    validate: part(v1.validate),
    bind: part(v1.bind),
    lookup: part(v1.lookup),
    invite: part(v1.invite),
    submitErrorStatus: v1.submitErrorStatus,
  };
}

/** All clients are allowed if the list is empty. */
function allowing(networks: readonly string[]): (clientAddress: string) => boolean {
  const isListed = createNetworks(networks);
  return (clientAddress) => networks.length === 0 || (clientAddress !== 'unknown' && isListed(clientAddress));
}

/** The URL that Telegram sends delivery reports to, if enabled. */
function reportApis({ phone }: Config['delivery'], clock: Clock, logger: Logger): readonly Api[] {
  const tokens = phone.flatMap((channel) =>
    channel.type === 'telegram_gateway' && channel.reports ? [channel.token] : [],
  );
  if (tokens.length === 0) return [];
  return [createTelegramGatewayApi({ path: reportPath, reports: createGatewayReports({ tokens, clock, logger }) })];
}

function logEnabledParts(
  { delivery }: Config,
  { publicUrl, serverName, v1, delegate }: IdentityConfig,
  logger: Logger,
) {
  const { validate, bind, lookup, invite } = v1;
  const parts = Object.entries({ validate, bind, lookup, invite }).filter(([, { enabled }]) => enabled);
  logger.info('identity service enabled', {
    url: publicUrl,
    signsAs: serverName,
    mailsBy: delivery.email.map(({ type }) => type),
    codesBy: delivery.phone.map(({ type }) => type),
    version1: parts.map(([name]) => name),
    isDelegate: delegate !== undefined,
  });
}
