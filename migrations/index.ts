import type { MigrationInterface } from 'typeorm';
import { CreateSealingCheck1795000000001 } from './0001-create-sealing-check.js';
import { CreateLoginProcesses1795000000002 } from './0002-create-login-processes.js';
import { CreateTelegramAccounts1795000000003 } from './0003-create-telegram-accounts.js';
import { CreateFloodWaits1795000000004 } from './0004-create-flood-waits.js';
import { CreateAccounts1795000000005 } from './0005-create-accounts.js';
import { CreateAccountTokens1795000000006 } from './0006-create-account-tokens.js';
import { CreateUiaSessions1795000000007 } from './0007-create-uia-sessions.js';
import { CreateAccountAddresses1795000000008 } from './0008-create-account-addresses.js';
import { CreateValidationSessions1795000000009 } from './0009-create-validation-sessions.js';
import { CreateIdentitySigningKeys1795000000012 } from './0012-create-identity-signing-keys.js';
import { CreateIdentityAssociations1795000000013 } from './0013-create-identity-associations.js';
import { CreateLookupHashes1795000000014 } from './0014-create-lookup-hashes.js';
import { CreateIdentityInvites1795000000015 } from './0015-create-identity-invites.js';
import { CreateInviteDeliveries1795000000016 } from './0016-create-invite-deliveries.js';
import { CreateIdentityAccounts1795000000018 } from './0018-create-identity-accounts.js';
import { CreateIdentityBindings1795000000020 } from './0020-create-identity-bindings.js';
import { LetTelegramProveAddresses1795000000021 } from './0021-let-telegram-prove-addresses.js';
import { TieAssociationsToAddresses1795000000022 } from './0022-tie-associations-to-addresses.js';
import { CreateHomeserverSessions1795000000030 } from './0030-create-homeserver-sessions.js';
import { TieLookupHashesToAssociations1795000000035 } from './0035-tie-lookup-hashes-to-associations.js';
import { LetAddressesFollowLogins1795000000036 } from './0036-let-addresses-follow-logins.js';
import { CreateOpenIdTokens1795000000037 } from './0037-create-open-id-tokens.js';
import { LetOthersHoldSessions1795000000040 } from './0040-let-others-hold-sessions.js';
import { CreateHandOvers1795000000041 } from './0041-create-hand-overs.js';
import { CreateSessionLeases1795000000045 } from './0045-create-session-leases.js';
import { IndexParentsOfTokens1795000000046 } from './0046-index-parents-of-tokens.js';
import { CreateEvents1795000000050 } from './0050-create-events.js';

/**
 * Every change of the schema, in the order in which they are made. Append only: a released one
 * never changes.
 */
export const migrations: readonly (new () => MigrationInterface)[] = [
  CreateSealingCheck1795000000001,
  CreateLoginProcesses1795000000002,
  CreateTelegramAccounts1795000000003,
  CreateFloodWaits1795000000004,
  CreateAccounts1795000000005,
  CreateAccountTokens1795000000006,
  CreateUiaSessions1795000000007,
  CreateAccountAddresses1795000000008,
  CreateValidationSessions1795000000009,
  CreateIdentitySigningKeys1795000000012,
  CreateIdentityAssociations1795000000013,
  CreateLookupHashes1795000000014,
  CreateIdentityInvites1795000000015,
  CreateInviteDeliveries1795000000016,
  CreateIdentityAccounts1795000000018,
  CreateIdentityBindings1795000000020,
  LetTelegramProveAddresses1795000000021,
  TieAssociationsToAddresses1795000000022,
  CreateHomeserverSessions1795000000030,
  TieLookupHashesToAssociations1795000000035,
  LetAddressesFollowLogins1795000000036,
  CreateOpenIdTokens1795000000037,
  LetOthersHoldSessions1795000000040,
  CreateHandOvers1795000000041,
  CreateSessionLeases1795000000045,
  IndexParentsOfTokens1795000000046,
  CreateEvents1795000000050,
];
