import type { Transaction } from './database.js';
import type { Sealing } from './reseal.js';
import { createAcceptedTermsStore } from './stores/typeorm-accepted-terms-store.js';
import { createAccessTokenStore } from './stores/typeorm-access-token-store.js';
import { createAccountAddressStore } from './stores/typeorm-account-address-store.js';
import { createAccountStore } from './stores/typeorm-account-store.js';
import { createDeviceStore } from './stores/typeorm-device-store.js';
import { createEventStore } from './stores/typeorm-event-store.js';
import { createFloodWaitStore } from './stores/typeorm-flood-wait-store.js';
import { createHandOverStore } from './stores/typeorm-hand-over-store.js';
import { createHomeserverSessionStore } from './stores/typeorm-homeserver-session-store.js';
import { createIdentityAssociationStore } from './stores/typeorm-identity-association-store.js';
import { createIdentityBindingStore } from './stores/typeorm-identity-binding-store.js';
import { createIdentityInviteStore } from './stores/typeorm-identity-invite-store.js';
import { createIdentitySigningKeyStore } from './stores/typeorm-identity-signing-key-store.js';
import { createInviteDeliveryStore } from './stores/typeorm-invite-delivery-store.js';
import { createIdentityTokenStore } from './stores/typeorm-identity-token-store.js';
import { createLoginProcessStore } from './stores/typeorm-login-process-store.js';
import { createLoginTokenStore } from './stores/typeorm-login-token-store.js';
import { createLookupHashStore } from './stores/typeorm-lookup-hash-store.js';
import { createOpenIdTokenStore } from './stores/typeorm-open-id-token-store.js';
import { createRefreshTokenStore } from './stores/typeorm-refresh-token-store.js';
import { createSessionLeaseStore } from './stores/typeorm-session-lease-store.js';
import { createTelegramAccountStore } from './stores/typeorm-telegram-account-store.js';
import { createUiaSessionStore } from './stores/typeorm-uia-session-store.js';
import { createValidationSessionStore } from './stores/typeorm-validation-session-store.js';
import type { TransactionSession } from './transaction-session.js';

/** Returns all stores, within one transaction. */
export function openStores(session: TransactionSession, { sealer, hasher }: Sealing): Transaction {
  return {
    loginProcesses: createLoginProcessStore(session, sealer),
    telegramAccounts: createTelegramAccountStore(session, sealer),
    handOvers: createHandOverStore(session, sealer),
    sessionLeases: createSessionLeaseStore(session, sealer),
    events: createEventStore(session, sealer),
    floodWaits: createFloodWaitStore(session, hasher),
    accounts: createAccountStore(session),
    devices: createDeviceStore(session),
    accessTokens: createAccessTokenStore(session),
    refreshTokens: createRefreshTokenStore(session),
    loginTokens: createLoginTokenStore(session),
    openIdTokens: createOpenIdTokenStore(session),
    uiaSessions: createUiaSessionStore(session),
    accountAddresses: createAccountAddressStore(session, sealer, hasher),
    homeserverSessions: createHomeserverSessionStore(session, sealer, hasher),
    identitySigningKeys: createIdentitySigningKeyStore(session),
    identityAssociations: createIdentityAssociationStore(session, sealer, hasher),
    identityBindings: createIdentityBindingStore(session, sealer, hasher),
    lookupHashes: createLookupHashStore(session, hasher),
    identityInvites: createIdentityInviteStore(session, sealer, hasher),
    inviteDeliveries: createInviteDeliveryStore(session, sealer),
    validationSessions: createValidationSessionStore(session, sealer, hasher),
    identityTokens: createIdentityTokenStore(session),
    acceptedTerms: createAcceptedTermsStore(session),
  };
}
