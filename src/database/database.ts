import type { Locks } from '../base/locks.js';
import type { AcceptedTermsStore } from './stores/accepted-terms-store.js';
import type { AccessTokenStore } from './stores/access-token-store.js';
import type { AccountAddressStore } from './stores/account-address-store.js';
import type { AccountStore } from './stores/account-store.js';
import type { DeviceStore } from './stores/device-store.js';
import type { EventStore } from './stores/event-store.js';
import type { FloodWaitStore } from './stores/flood-wait-store.js';
import type { HandOverStore } from './stores/hand-over-store.js';
import type { HomeserverSessionStore } from './stores/homeserver-session-store.js';
import type { IdentityAssociationStore } from './stores/identity-association-store.js';
import type { IdentityBindingStore } from './stores/identity-binding-store.js';
import type { IdentityInviteStore } from './stores/identity-invite-store.js';
import type { IdentitySigningKeyStore } from './stores/identity-signing-key-store.js';
import type { InviteDeliveryStore } from './stores/invite-delivery-store.js';
import type { IdentityTokenStore } from './stores/identity-token-store.js';
import type { LoginProcessStore } from './stores/login-process-store.js';
import type { LoginTokenStore } from './stores/login-token-store.js';
import type { OpenIdTokenStore } from './stores/open-id-token-store.js';
import type { LookupHashStore } from './stores/lookup-hash-store.js';
import type { RefreshTokenStore } from './stores/refresh-token-store.js';
import type { SessionLeaseStore } from './stores/session-lease-store.js';
import type { TelegramAccountStore } from './stores/telegram-account-store.js';
import type { UiaSessionStore } from './stores/uia-session-store.js';
import type { ValidationSessionStore } from './stores/validation-session-store.js';

/** The stores, inside one open transaction. Of no use when the transaction is over. */
export interface Transaction {
  readonly loginProcesses: LoginProcessStore;
  readonly telegramAccounts: TelegramAccountStore;
  readonly handOvers: HandOverStore;
  readonly sessionLeases: SessionLeaseStore;
  readonly events: EventStore;
  readonly floodWaits: FloodWaitStore;
  readonly accounts: AccountStore;
  readonly devices: DeviceStore;
  readonly accessTokens: AccessTokenStore;
  readonly refreshTokens: RefreshTokenStore;
  readonly loginTokens: LoginTokenStore;
  readonly openIdTokens: OpenIdTokenStore;
  readonly uiaSessions: UiaSessionStore;
  readonly accountAddresses: AccountAddressStore;
  readonly homeserverSessions: HomeserverSessionStore;
  readonly identitySigningKeys: IdentitySigningKeyStore;
  readonly identityAssociations: IdentityAssociationStore;
  readonly identityBindings: IdentityBindingStore;
  readonly lookupHashes: LookupHashStore;
  readonly identityInvites: IdentityInviteStore;
  readonly inviteDeliveries: InviteDeliveryStore;
  readonly validationSessions: ValidationSessionStore;
  readonly identityTokens: IdentityTokenStore;
  readonly acceptedTerms: AcceptedTermsStore;
}

/** The only door to the database, for reads too. */
export interface Database {
  /**
   * Commits when `work` resolves, rolls back when it throws. Throws when called inside another
   * transaction, and DatabaseFailure (`busy`: may be tried again; `unreachable`, `server_failing`,
   * `file_unusable`, `file_replaced`) if the database fails. Never await the network in it.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Writes a row and rolls back; throws DatabaseFailure if the database cannot be written now. */
  probe(): Promise<void>;
  /** Excludes others that use this database: this process on SQLite, all daemons on PostgreSQL. */
  readonly locks: Locks;
  /** Lets the transactions under way end, then lets go of everything; may be called again. */
  close(): Promise<void>;
}
