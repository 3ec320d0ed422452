import { Secret } from '../base/secret.js';
import { sanitizeUntrustedText, type UntrustedText } from '../base/untrusted-text.js';

/** The web clients to which invites may lead. */
export interface WebClients {
  /** Base URL of the usual one, without a trailing slash. */
  readonly usual: string;
  /**
   * Base URLs of those that the client of the inviting user may name instead, without a slash at
   * the end.
   */
  readonly others: readonly string[];
}

/** What a link to an invite is made of. */
export interface LinkedInvite {
  readonly email: string;
  readonly roomId: string;
  readonly token: string;
  /** Of the ephemeral key, in base64 of the URL-safe alphabet. */
  readonly privateKey: Secret;
  readonly sender: UntrustedText;
  readonly shown: ShownDetails;
  /** Where the client of the inviting user says that the invited should go. */
  readonly webClient: string | undefined;
}

/** What strangers wrote about an invite, as far as others get to see it. */
export interface ShownDetails {
  readonly roomName: UntrustedText | undefined;
  readonly roomAvatar: string | undefined;
  readonly roomType: string | undefined;
  readonly senderDisplayName: UntrustedText | undefined;
}

const longestSenderName = 20;
const longestRoomName = 30;
const longestIdentifier = 255;

/**
 * Returns the details of a request that others get to see, cut to a length at which no text of
 * one's own can be sent.
 */
export function readDetails(details: Readonly<Record<string, string>>): ShownDetails {
  const identifier = (name: string, form: RegExp) => {
    const text = details[name];
    return text !== undefined && text.length <= longestIdentifier && form.test(text) ? text : undefined;
  };
  return {
    roomName: sanitizeUntrustedText(details['room_name'], longestRoomName),
    roomAvatar: identifier('room_avatar_url', /^mxc:\/\/[A-Za-z0-9.:[\]-]+\/[A-Za-z0-9_-]+$/),
    roomType: identifier('room_type', /^[A-Za-z0-9._-]+$/),
    senderDisplayName: sanitizeUntrustedText(details['sender_display_name'], longestSenderName),
  };
}

/**
 * Returns the page of the web client that accepts the invite, in the form that Element reads. It
 * holds the private key.
 */
export function inviteLink(invite: LinkedInvite, clients: WebClients, publicUrl: string): Secret {
  const { email, roomId, token, privateKey, sender, shown } = invite;
  const proof = new URLSearchParams({ token, private_key: privateKey.reveal() });
  const entries = {
    email,
    // Of version 1, since whoever follows the link has no access token yet.
    signurl: `${publicUrl}/_matrix/identity/api/v1/sign-ed25519?${proof.toString()}`,
    room_name: shown.roomName,
    room_avatar_url: shown.roomAvatar,
    inviter_name: shown.senderDisplayName ?? sender,
    room_type: shown.roomType,
  };
  const query = Object.entries(entries)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return new Secret(`${chooseClient(invite.webClient, clients)}/#/room/${encodeURIComponent(roomId)}?${query}`);
}

/**
 * Returns the base URL of the client at that location if it is one of ours, as we know it and not
 * as it was given.
 */
function chooseClient(location: string | undefined, { usual, others }: WebClients): string {
  const wanted = location !== undefined && URL.canParse(location) ? new URL(location).host : undefined;
  return [usual, ...others].find((client) => new URL(client).host === wanted) ?? usual;
}
