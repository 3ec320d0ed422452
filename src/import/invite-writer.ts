import type { ThirdPartyAddress } from '../base/canonical-address.js';
import { maskAddress } from '../base/mask-address.js';
import type { Mxid } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import type { Transaction } from '../database/database.js';
import type { ForeignRow } from '../database/foreign/foreign-database.js';
import { makeEphemeralKey } from '../identity/ephemeral-key.js';
import { isRoomId, maxPendingInvites } from '../identity/invite-rules.js';
import { canonicalKey } from '../identity/signing-keys.js';
import { imported, refused, unchanged, type ImportOutcome, type Refusal } from './outcome.js';
import type { SourceRow } from './part.js';
import { readText, readThreepid, readUser } from './read-value.js';

/** A pending invite of another identity service. */
export interface ImportedInvite extends ThirdPartyAddress {
  readonly sender: Mxid;
  readonly roomId: string;
  readonly token: string;
  /** The public part of the key in its mail, in either alphabet of base64; undefined if unknown. */
  readonly publicKey: string | undefined;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** A token is sent in URLs and signed. */
const tokenForm = /^[A-Za-z0-9._~-]{1,255}$/;
const keyBytes = 32;

/** Reads an invite from `medium`, `address`, `sender`, `token`, and what the caller has read. */
export function readInvite(
  row: ForeignRow,
  name: string,
  read: { readonly roomId: unknown; readonly publicKey: unknown; readonly createdAt: number },
): SourceRow<ImportedInvite> {
  const refuse = (refusal: Refusal) => ({ row: name, content: refused(refusal) });
  if (row['medium'] !== 'email') return refuse({ kind: 'medium_unsupported' });
  const threepid = readThreepid(row['medium'], row['address']);
  if (threepid.kind !== 'read') return { row: name, content: threepid };
  const sender = readUser(row['sender']);
  if (sender === undefined) return refuse({ kind: 'sender_invalid' });
  const roomId = readText(read.roomId);
  if (roomId === undefined || !isRoomId(roomId)) return refuse({ kind: 'room_id_invalid' });
  const token = readText(row['token']);
  if (token === undefined || !tokenForm.test(token)) return refuse({ kind: 'token_invalid' });
  const publicKey = readPublicKey(read.publicKey);
  const value = { ...threepid.value, sender, roomId, token, publicKey, createdAt: read.createdAt };
  return { row: `${name} to ${maskAddress(value)}`, content: { kind: 'read', value } };
}

function readPublicKey(value: unknown): string | undefined {
  const key = canonicalKey(readText(value) ?? '');
  return key !== undefined && Buffer.from(key, 'base64').length === keyBytes ? key : undefined;
}

/**
 * Creates what stores pending invites. If the key in the mail of an invite is unknown, a new one
 * takes its place: then the link in the mail signs nothing, but the invite is delivered when the
 * address is bound.
 */
export function createInviteWriter({ random }: { readonly random: Random }) {
  return async (tx: Transaction, invite: ImportedInvite): Promise<ImportOutcome> => {
    const known = await tx.identityInvites.findByToken(invite.token);
    if (known) return isSame(known, invite) ? unchanged : refused({ kind: 'token_in_use' });
    const bound = await tx.identityAssociations.find(invite);
    if (bound) return refused({ kind: 'address_bound', mxid: bound.mxid });
    if ((await tx.identityInvites.countPending(invite)) >= maxPendingInvites) {
      return refused({ kind: 'too_many_invites' });
    }
    const { publicKey: given } = invite;
    const isFree = given !== undefined && !(await tx.identityInvites.hasPublicKey(given));
    const publicKey = isFree ? given : makeEphemeralKey(random).key.publicKey;
    await tx.identityInvites.insert({ ...invite, id: randomId(random), publicKey });
    return imported;
  };
}

function isSame(one: Omit<ImportedInvite, 'publicKey'>, other: ImportedInvite): boolean {
  return one.address === other.address && one.roomId === other.roomId && one.sender === other.sender;
}
