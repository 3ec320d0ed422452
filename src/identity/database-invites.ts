import { writtenAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { QuotaGroup, QuotaGroupsOf } from '../base/quota-groups.js';
import { randomId, randomText } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import { signJson } from '../base/signed-json.js';
import { shownMxid } from '../base/untrusted-text.js';
import type { Database } from '../database/database.js';
import { DeliveryFailure, type DeliveryFailureDetails } from '../delivery/failure.js';
import type { Message, Messenger } from '../delivery/messenger.js';
import { type EphemeralKey, makeEphemeralKey, readEphemeralKey } from './ephemeral-key.js';
import { IdentityFailure, type IdentityFailureDetails } from './failure.js';
import type { InviteLimits } from './invite-limits.js';
import { inviteLink, readDetails, type WebClients } from './invite-link.js';
import { isRoomId, maxPendingInvites } from './invite-rules.js';
import type { InviteRequest, Invites } from './invites.js';
import { addressLock, readAddress, readMxid } from './read-asked.js';
import { redactAddress } from './redact-address.js';
import { canonicalKey, type SigningKeys } from './signing-keys.js';

export interface InvitesDeps extends Runtime {
  readonly database: Database;
  readonly messenger: Messenger;
  readonly signingKeys: SigningKeys;
  readonly limits: InviteLimits;
  readonly quotaGroupsOf: QuotaGroupsOf;
  /** The name in signatures. */
  readonly serverName: string;
  /** The public URL of this service, without a trailing slash. Rooms store it for ever. */
  readonly publicUrl: string;
  readonly webClients: WebClients;
}

const tokenLength = 128;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const fullRetryMs = 86_400_000;

/** Creates the invites in the database. */
export function createInvites(deps: InvitesDeps): Invites {
  const { database, messenger, signingKeys, limits, quotaGroupsOf, serverName, publicUrl, webClients } = deps;
  const { clock, random, logger } = deps;
  const keyUrl = (path: string) => `${publicUrl}/_matrix/identity/v2/pubkey/${path}`;

  const insert = async (invite: CheckedInvite, { key }: EphemeralKey) => {
    const { address, roomId, sender } = invite;
    const record = {
      id: randomId(random),
      ...address,
      token: randomText(random, tokenLength, letters),
      roomId,
      sender,
      publicKey: key.publicKey,
      createdAt: clock.now(),
    };
    await database.locks.run(addressLock(address), () =>
      database.transaction(async (tx) => {
        const bound = await tx.identityAssociations.find(address);
        if (bound) throw new IdentityFailure({ kind: 'address_in_use', mxid: bound.mxid });
        const isFull = (await tx.identityInvites.countPending(address)) >= maxPendingInvites;
        if (isFull) throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs: fullRetryMs });
        await tx.identityInvites.insert(record);
      }),
    );
    return record;
  };

  const mail = async (message: Message, id: string, groups: readonly QuotaGroup[]) => {
    try {
      await messenger.send(message, groups);
    } catch (error) {
      // No reply has named it yet.
      await database.transaction((tx) => tx.identityInvites.deletePending(id));
      if (!(error instanceof DeliveryFailure)) throw error;
      logger.warn('invite mail failed', { error });
      throw new IdentityFailure(toIdentityFailureDetails(error.details), { cause: error });
    }
  };

  return {
    async store(request) {
      const invite = check(request);
      if (!messenger.canSend('email_invite')) throw new IdentityFailure({ kind: 'send_failed' });
      const { sender, roomId, address } = invite;
      const { caller, clientAddress } = request;
      await limits.admit({ sender, caller, clientAddress, address });
      const ephemeral = makeEphemeralKey(random);
      const { id, token } = await insert(invite, ephemeral);
      const { details, brand } = request;
      // As typed: the canonical form may be another mailbox.
      const to = writtenAddress(request.address);
      const shown = readDetails(details);
      const shownSender = shownMxid(sender);
      const webClient = details['org.matrix.web_client_location'];
      const { privateKey } = ephemeral;
      const link = inviteLink(
        { email: to, roomId, token, privateKey, sender: shownSender, shown, webClient },
        webClients,
        publicUrl,
      );
      const { senderDisplayName, roomName } = shown;
      const message = {
        kind: 'email_invite',
        to,
        link,
        sender: shownSender,
        senderDisplayName,
        roomName,
        brand,
      } as const;
      await mail(message, id, quotaGroupsOf({ client: clientAddress, mxid: caller }));
      return {
        token,
        publicKeys: [
          { publicKey: signingKeys.current.publicKey, keyValidityUrl: keyUrl('isvalid') },
          { publicKey: ephemeral.key.publicKey, keyValidityUrl: keyUrl('ephemeral/isvalid') },
        ],
        displayName: redactAddress(address.address),
      };
    },

    async isEphemeralKeyValid(publicKey) {
      const canonical = canonicalKey(publicKey);
      return canonical !== undefined && database.transaction((tx) => tx.identityInvites.hasPublicKey(canonical));
    },

    async sign({ token, privateKey, mxid: named }) {
      const invite = await database.transaction((tx) => tx.identityInvites.findByToken(token));
      if (!invite) throw new IdentityFailure({ kind: 'invite_unknown' });
      const mxid = readMxid(named);
      const key = readEphemeralKey(privateKey);
      // Otherwise callers could get any text signed under our name.
      if (key?.publicKey !== invite.publicKey) throw new IdentityFailure({ kind: 'private_key_invalid' });
      return signJson({ mxid, sender: invite.sender, token }, serverName, key);
    },
  };
}

interface CheckedInvite {
  readonly sender: Mxid;
  readonly roomId: string;
  readonly address: ReturnType<typeof readAddress>;
}

function check({ sender: named, caller, medium, address: typed, roomId }: InviteRequest): CheckedInvite {
  const sender = readMxid(named);
  if (caller !== undefined && caller !== sender) throw new IdentityFailure({ kind: 'not_your_mxid' });
  if (medium !== 'email') throw new IdentityFailure({ kind: 'medium_unsupported' });
  const address = readAddress({ medium, address: typed });
  if (!isRoomId(roomId)) throw new IdentityFailure({ kind: 'room_id_invalid' });
  return { sender, roomId, address };
}

function toIdentityFailureDetails(details: DeliveryFailureDetails): IdentityFailureDetails {
  switch (details.kind) {
    case 'address_unknown':
      return { kind: 'address_invalid' };
    case 'slow_down':
      return { kind: 'rate_limited', retryAfterMs: details.retryAfterMs };
    case 'address_unreachable':
    case 'channel_down':
    case 'no_channel':
      return { kind: 'send_failed' };
  }
}
