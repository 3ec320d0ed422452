import { EntitySchema } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of validation_sessions; `address` is sealed, and `addressHash` the keyed hash of what is
 * sealed; `alias` and `nextLink` are sealed.
 */
export interface ValidationSessionRow {
  id: string;
  purpose: string;
  addressHash: string;
  address: string;
  alias: string | null;
  clientSecretHash: string;
  mxid: string | null;
  nextLink: string | null;
  lastAttempt: number | null;
  createdAt: number;
  validatedAt: number | null;
  expiresAt: number;
}

/** The table of sessions in which addresses are proven. */
export const validationSessions = new EntitySchema<ValidationSessionRow>({
  name: 'validation_sessions',
  tableName: 'validation_sessions',
  columns: {
    id: primaryText('id', 'validation_sessions_pkey'),
    purpose: text('purpose'),
    addressHash: text('address_hash'),
    address: text('address'),
    alias: optionalText('alias'),
    clientSecretHash: text('client_secret_hash'),
    mxid: optionalText('mxid'),
    nextLink: optionalText('next_link'),
    lastAttempt: optionalEpochMs('last_attempt'),
    createdAt: epochMs('created_at'),
    validatedAt: optionalEpochMs('validated_at'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [
    { name: 'validation_sessions_address', columns: ['addressHash'] },
    { name: 'validation_sessions_expires_at', columns: ['expiresAt'] },
  ],
});
