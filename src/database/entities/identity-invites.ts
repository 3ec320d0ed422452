import { EntitySchema } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of identity_invites; `address` and `token` are sealed, and `addressHash` and `tokenHash`
 * the keyed hashes of what is sealed.
 */
export interface IdentityInviteRow {
  id: string;
  addressHash: string;
  address: string;
  tokenHash: string;
  token: string;
  roomId: string;
  sender: string;
  publicKey: string;
  createdAt: number;
  deliveryId: string | null;
}

/** The table of invites by address. */
export const identityInvites = new EntitySchema<IdentityInviteRow>({
  name: 'identity_invites',
  tableName: 'identity_invites',
  columns: {
    id: primaryText('id', 'identity_invites_pkey'),
    addressHash: text('address_hash'),
    address: text('address'),
    tokenHash: text('token_hash'),
    token: text('token'),
    roomId: text('room_id'),
    sender: text('sender'),
    publicKey: text('public_key'),
    createdAt: epochMs('created_at'),
    deliveryId: optionalText('delivery_id'),
  },
  indices: [
    { name: 'identity_invites_address', columns: ['addressHash'] },
    { name: 'identity_invites_delivery', columns: ['deliveryId'] },
    { name: 'identity_invites_created_at', columns: ['createdAt'] },
  ],
  uniques: [
    { name: 'identity_invites_token_hash_key', columns: ['tokenHash'] },
    { name: 'identity_invites_public_key_key', columns: ['publicKey'] },
  ],
});
