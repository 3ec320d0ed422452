import type { DataSourceOptions } from 'typeorm';
import type { Logger } from '../base/logger.js';
import { migrations } from '../../migrations/index.js';
import { acceptedTerms } from './entities/accepted-terms.js';
import { accessTokens } from './entities/access-tokens.js';
import { accountAddresses } from './entities/account-addresses.js';
import { accounts } from './entities/accounts.js';
import { devices } from './entities/devices.js';
import { events } from './entities/events.js';
import { floodWaits } from './entities/flood-waits.js';
import { handOvers } from './entities/hand-overs.js';
import { homeserverSessions } from './entities/homeserver-sessions.js';
import { identityAssociations } from './entities/identity-associations.js';
import { identityBindings } from './entities/identity-bindings.js';
import { identityInvites } from './entities/identity-invites.js';
import { identitySigningKeys } from './entities/identity-signing-keys.js';
import { inviteDeliveries } from './entities/invite-deliveries.js';
import { identityTokens } from './entities/identity-tokens.js';
import { loginProcesses } from './entities/login-processes.js';
import { loginTokens } from './entities/login-tokens.js';
import { openIdTokens } from './entities/open-id-tokens.js';
import { lookupHashes } from './entities/lookup-hashes.js';
import { lookupPeppers } from './entities/lookup-peppers.js';
import { refreshTokens } from './entities/refresh-tokens.js';
import { sessionLeases } from './entities/session-leases.js';
import { sealingCheck } from './entities/sealing-check.js';
import { telegramAccounts } from './entities/telegram-accounts.js';
import { uiaSessions } from './entities/uia-sessions.js';
import { validationSessions } from './entities/validation-sessions.js';
import { validationTokens } from './entities/validation-tokens.js';
import { createTypeormLogger } from './typeorm-logger.js';

/** Where the database remembers which migrations it has seen. */
export const migrationsTableName = 'gangway_migrations';

/** Returns the options that both databases share; nothing is created or changed by connecting. */
export function dataSourceOptions(logger: Logger) {
  return {
    entities: [
      sealingCheck,
      loginProcesses,
      telegramAccounts,
      floodWaits,
      accounts,
      devices,
      accessTokens,
      refreshTokens,
      loginTokens,
      openIdTokens,
      uiaSessions,
      accountAddresses,
      handOvers,
      sessionLeases,
      events,
      homeserverSessions,
      identitySigningKeys,
      identityAssociations,
      identityBindings,
      lookupPeppers,
      lookupHashes,
      identityInvites,
      inviteDeliveries,
      validationSessions,
      validationTokens,
      identityTokens,
      acceptedTerms,
    ],
    migrations: [...migrations],
    migrationsTableName,
    migrationsRun: false,
    synchronize: false,
    logger: createTypeormLogger(logger),
  } satisfies Partial<DataSourceOptions>;
}
