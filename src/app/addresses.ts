import { createDatabaseAccountThreepids } from '../accounts/database-account-threepids.js';
import type { AccountAddresses } from '../accounts/threepids/account-addresses.js';
import { createPublications } from '../accounts/threepids/database-publications.js';
import { createOwnAddresses } from '../accounts/threepids/own-addresses.js';
import type { OwnPublications } from '../accounts/threepids/own-publications.js';
import { createProofSessions } from '../accounts/threepids/proof-sessions.js';
import { createPasswordProofs } from '../accounts/threepids/password-proofs.js';
import type { AccountCredentials } from '../accounts/credentials.js';
import { createLoginGuard } from '../accounts/embedded/login-guard.js';
import { createEmbeddedCredentials } from '../accounts/embedded/embedded-credentials.js';
import { createEmbeddedAddresses } from '../accounts/embedded/embedded-addresses.js';
import { createRelayAddresses } from '../accounts/relay/relay-addresses.js';
import { addressSubmitUrl, passwordSubmitUrl } from '../api/client-server-v3/token-submission.js';
import type { Config } from '../config/config.js';
import { createHttpIdentityServers } from '../matrix/http-identity-servers.js';
import type { AccountRuntime, Accounts } from './accounts.js';
import { accountsUrl, submissionPath, type Proofs } from './proofs.js';

/** The dependencies of composeAddresses besides the configuration. */
export interface AddressParts {
  readonly accounts: Accounts;
  readonly proofs: Proofs;
  /** Undefined without an identity service. */
  readonly published: OwnPublications | undefined;
}

/** The operations of users on the 3PIDs and the password of their accounts. */
export interface ComposedAddresses {
  readonly addresses: AccountAddresses;
  /** Undefined in relay mode: the homeserver has the passwords. */
  readonly credentials: AccountCredentials | undefined;
}

/** Returns the 3PIDs of the accounts, according to the configuration. */
export function composeAddresses(
  config: Config,
  { accounts, proofs, published }: AddressParts,
  runtime: AccountRuntime,
): ComposedAddresses {
  const { homeserver, outgoing } = config;
  const { mayChange, revealsInUse } = config.accounts.addresses;
  const { database, clock } = runtime;
  const { validation, messenger } = proofs;
  const url = accountsUrl(config);
  const canSend = (medium: 'email' | 'msisdn') =>
    messenger.canSend(medium === 'email' ? 'email_validation' : 'phone_validation');
  const parts = {
    proofs: createProofSessions({
      validation,
      canSend,
      submitUrl: url === undefined ? undefined : (medium) => addressSubmitUrl(url, submissionPath(config), medium),
      revealsInUse,
    }),
    addresses: createOwnAddresses({ ...runtime, validation }),
    publications: createPublications({
      ...runtime,
      own: published,
      identityServers: createHttpIdentityServers({ ...outgoing, clock }),
    }),
    mayChange,
  };
  switch (accounts.kind) {
    case 'embedded':
      return {
        addresses: createEmbeddedAddresses({ ...parts, guard: createLoginGuard({ ...runtime, ...accounts }) }),
        credentials: createEmbeddedCredentials({
          ...runtime,
          ...accounts,
          publications: parts.publications,
          proofs: createPasswordProofs({
            database,
            validation,
            canSend,
            submitUrl: url === undefined ? undefined : (medium) => passwordSubmitUrl(url, medium),
          }),
        }),
      };
    case 'relay':
      return {
        credentials: undefined,
        addresses: createRelayAddresses({
          ...parts,
          homeserver: accounts.homeserver,
          homeserverThreepids: accounts.homeserverThreepids,
          upstreamProofs: accounts.upstreamProofs,
          serverName: homeserver.domain,
          accountThreepids: createDatabaseAccountThreepids(database),
          clock,
        }),
      };
  }
}
