import type { DiscoveryDeps } from '../api/client-server-v3/discovery.js';
import { addressLink, passwordLink, type SubmissionPath } from '../api/client-server-v3/token-submission.js';
import { type PageSettings, validationLink } from '../api/identity/validation-page.js';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { Messenger } from '../delivery/messenger.js';
import { createValidation, type ValidationDeps } from '../threepid/service.js';
import type { Validation } from '../threepid/validation.js';
import type { PageBrand } from '../web/page-brand.js';
import { openMessenger } from './messenger.js';
import type { DaemonMetrics } from './metrics/open-metrics.js';

/** The dependencies of openProofs besides the configuration. */
export interface ProofRuntime extends Runtime {
  readonly database: Database;
}

/** The validation of 3PIDs, for the identity service and for accounts. */
export interface Proofs {
  readonly messenger: Messenger;
  readonly validation: Validation;
  /** The options of the pages behind the links. */
  readonly pages: PageSettings;
  /** Cancels messages in progress. */
  leave(): void;
}

/**
 * The URL that Telegram sends delivery reports to: below the paths of the identity service, if it
 * is enabled.
 */
export const reportPath = '/_matrix/identity/telegram-gateway';

/** A finished session is kept for this time, so that a client learns that it has expired. */
const rememberedMs = 5 * 86_400_000;

/**
 * Returns the base URL of the account API, or undefined if none is configured. Without a trailing
 * slash.
 */
export function accountsUrl({ accounts, identity }: Config): string | undefined {
  return accounts.publicUrl ?? (identity.enabled ? identity.publicUrl : undefined);
}

/**
 * Returns what /.well-known/matrix/client contains for accounts of our own, or undefined if no
 * address is configured.
 */
export function embeddedBaseUrls(config: Config): DiscoveryDeps['wellKnown'] {
  const { accounts, identity } = config;
  const homeserver = typeof accounts.wellKnown === 'string' ? accountsUrl(config) : accounts.wellKnown.homeserver;
  return homeserver === undefined
    ? undefined
    : { homeserver, identityServer: identity.enabled ? identity.publicUrl : undefined };
}

/** Returns the path at which tokens for accounts are submitted. */
export function submissionPath({ accounts }: Config): SubmissionPath {
  return accounts.mode === 'embedded' ? 'ours' : 'the_homeservers';
}

/** Returns the validation of 3PIDs, or undefined if it is not required. Throws SettingsFailure. */
export async function openProofs(
  config: Config,
  runtime: ProofRuntime,
  metrics: Pick<DaemonMetrics, 'measureMessenger'> | undefined,
): Promise<Proofs | undefined> {
  const { accounts, identity, threepids, delivery, homeserver } = config;
  if (accounts.mode === 'off' && !identity.enabled) return undefined;
  const { clock, logger } = runtime;
  const identityUrl = identity.enabled ? identity.publicUrl : undefined;
  const known = [identityUrl, accountsUrl(config)].filter((url) => url !== undefined).map((url) => new URL(url));

  const service = known[0]?.host ?? homeserver.domain;
  const unmeasured = await openMessenger(delivery, {
    service,
    reportUrl: identityUrl && `${identityUrl}${reportPath}`,
    clock,
    logger,
  });
  const messenger = metrics?.measureMessenger(unmeasured) ?? unmeasured;
  const validation = createValidation({
    ...runtime,
    messenger,
    ownServer: homeserver.domain,
    linkTo: createLinks(identityUrl, accountsUrl(config), submissionPath(config)),
    nextLinks: {
      hostnames: [...known.map(({ hostname }) => hostname), ...threepids.nextLinkHosts],
      allowHttp: known.some(({ protocol }) => protocol === 'http:'),
    },
    allowances: threepids.limits,
    maxGuesses: threepids.maxGuesses,
    allowedCountries: threepids.allowedCountries,
    lifetimes: { ...threepids, rememberedMs },
  });
  const pages = { confirmClick: threepids.confirmClick, service, operator: homeserver.domain, brand: brandOf(config) };
  return { messenger, validation, pages, leave: () => messenger.close() };
}

/** Returns the operator as the web page shows it, or undefined without the web page. */
function brandOf({ web, homeserver }: Config): PageBrand | undefined {
  if (!web.enabled) return undefined;
  const { name = homeserver.domain, logoFile } = web.operator;
  return { name, logoUrl: logoFile === undefined ? undefined : `${web.publicUrl}${web.path}/logo` };
}

/** Links of a service without an address are not used. */
function createLinks(
  identityUrl: string | undefined,
  accountUrl: string | undefined,
  usualPath: SubmissionPath,
): ValidationDeps['linkTo'] {
  const linkAt = (url: string | undefined, make: (url: string) => Secret): Secret => {
    if (url === undefined) throw new Error('a link to a service that is not configured');
    return make(url);
  };
  return ({ purpose, ...proof }) => {
    switch (purpose) {
      case 'identity':
        return linkAt(identityUrl, (url) => validationLink(url, proof));
      case 'account':
        return linkAt(accountUrl, (url) => addressLink(url, usualPath, proof));
      case 'password':
        return linkAt(accountUrl, (url) => passwordLink(url, proof));
    }
  };
}
