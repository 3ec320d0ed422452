/** A column whose values are sealed, each bound to the row named by the table's `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The column that holds the keyed hash of the same value, if there is one. */
  readonly hashColumn?: string;
}

/** Every sealed column there is: what a change of the encryption key goes through. */
export const sealedColumns = {
  sealingCheckValue: { table: 'sealing_check', column: 'value' },
  loginProcessState: { table: 'login_processes', column: 'state' },
  telegramAccountSession: { table: 'telegram_accounts', column: 'session' },
  handOverSession: { table: 'hand_overs', column: 'session' },
  eventBody: { table: 'events', column: 'body' },
  sessionLeaseSession: { table: 'session_leases', column: 'session' },
  telegramAccountProfile: { table: 'telegram_accounts', column: 'profile' },
  accountAddress: { table: 'account_addresses', column: 'address', hashColumn: 'address_hash' },
  homeserverSessionAddress: { table: 'homeserver_sessions', column: 'address' },
  identityAddress: { table: 'identity_associations', column: 'address', hashColumn: 'address_hash' },
  identityAlias: { table: 'identity_associations', column: 'alias' },
  identitySigned: { table: 'identity_associations', column: 'signed' },
  bindingAddress: { table: 'identity_bindings', column: 'address', hashColumn: 'address_hash' },
  bindingProof: { table: 'identity_bindings', column: 'proof' },
  identityInviteAddress: { table: 'identity_invites', column: 'address', hashColumn: 'address_hash' },
  identityInviteToken: { table: 'identity_invites', column: 'token', hashColumn: 'token_hash' },
  inviteDeliveryBody: { table: 'invite_deliveries', column: 'body' },
  validationAddress: { table: 'validation_sessions', column: 'address', hashColumn: 'address_hash' },
  validationAlias: { table: 'validation_sessions', column: 'alias' },
  validationNextLink: { table: 'validation_sessions', column: 'next_link' },
} as const satisfies Record<string, SealedColumn>;
