import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import {
  type Authenticator,
  type BearerAuthDeps,
  createBearerAuth,
  type FindTokenHolder,
} from '../http/bearer-auth.js';
import { clientNetwork } from '../http/client-ip.js';
import type { RejectedCredentials, SecretApi } from '../observability/rejected-credentials.js';
import type { LiveConfig } from './live-config.js';

/** Creates the authenticators of APIs. They read the configured secrets at each request. */
export interface Authenticators {
  /** Accepts the shared secret, and access tokens of users if `findTokenHolder` is set. */
  service(api: 'provisioning' | 'links', findTokenHolder?: FindTokenHolder): Authenticator;
  /** Accepts the tokens of administrators. */
  administrators(): Authenticator;
  /** Accepts the secrets of programs that use sessions. */
  consumers(): Authenticator;
}

interface AuthenticatorDeps {
  /** Undefined if rejected credentials are not recorded. */
  readonly rejected: Pick<RejectedCredentials, 'record'> | undefined;
  readonly logger: Logger;
}

/** Creates the factory of authenticators. Each authenticator limits wrong secrets by itself. */
export function createAuthenticators({ current }: LiveConfig, { rejected, logger }: AuthenticatorDeps): Authenticators {
  const create = (
    api: SecretApi,
    secretsIn: (config: Config) => Pick<BearerAuthDeps, 'secrets' | 'consumers'>,
    findTokenHolder?: FindTokenHolder,
  ) =>
    createBearerAuth({
      findTokenHolder,
      logger,
      onRejected: (clientAddress) => rejected?.record(api, clientNetwork(clientAddress)),
      get secrets() {
        return secretsIn(current()).secrets;
      },
      get consumers() {
        return secretsIn(current()).consumers ?? [];
      },
      get failuresAllowed() {
        return current().provisioning.failedAttempts.max;
      },
      get windowMs() {
        return current().provisioning.failedAttempts.windowMs;
      },
    });

  return {
    service: (api, findTokenHolder) =>
      create(
        api,
        ({ provisioning }) => ({ secrets: [provisioning.sharedSecret, ...provisioning.oldSharedSecrets] }),
        findTokenHolder,
      ),
    administrators: () => create('admin', ({ admin }) => ({ secrets: [], consumers: admin.tokens })),
    consumers: () => create('sessions', ({ sessions }) => ({ secrets: [], consumers: sessions.consumers })),
  };
}
