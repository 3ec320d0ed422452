import { Secret } from '../base/secret.js';
import { sanitizeUntrustedText, type UntrustedText } from '../base/untrusted-text.js';

/** The web clients that invites may link to. */
export interface WebClients {
  /** Base URL of the default client, without a trailing slash. */
  readonly usual: string;
  /**
   * Base URLs of clients that the inviting user's client may name instead, without a trailing
   * slash.
   */
  readonly others: readonly string[];
}

/** The data for a link to an invite. */
export interface LinkedInvite {
  readonly email: string;
  readonly roomId: string;
  readonly token: string;
  /** Of the ephemeral key, in base64 of the URL-safe alphabet. */
  readonly privateKey: Secret;
  readonly sender: UntrustedText;
  readonly shown: ShownDetails;
  /** The web client that the inviting user's client names for the invited user. */
  readonly webClient: string | undefined;
}

/** Untrusted text about an invite, sanitized for other users. */
export interface ShownDetails {
  readonly roomName: UntrustedText | undefined;
  readonly roomAvatar: string | undefined;
  readonly roomType: string | undefined;
  readonly senderDisplayName: UntrustedText | undefined;
}

const maxSenderNameLength = 20;
const maxRoomNameLength = 30;
const maxIdentifierLength = 255;

/** Returns the details for other users, each truncated to a length that cannot carry a message. */
export function readDetails(details: Readonly<Record<string, string>>): ShownDetails {
  const identifier = (name: string, form: RegExp) => {
    const text = details[name];
    return text !== undefined && text.length <= maxIdentifierLength && form.test(text) ? text : undefined;
  };
  return {
    roomName: sanitizeUntrustedText(details['room_name'], maxRoomNameLength),
    roomAvatar: identifier('room_avatar_url', /^mxc:\/\/[A-Za-z0-9.:[\]-]+\/[A-Za-z0-9_-]+$/),
    roomType: identifier('room_type', /^[A-Za-z0-9._-]+$/),
    senderDisplayName: sanitizeUntrustedText(details['sender_display_name'], maxSenderNameLength),
  };
}

/**
 * Returns the page of the web client that accepts the invite, in the form that Element reads.
 * Contains the private key.
 */
export function inviteLink(invite: LinkedInvite, clients: WebClients, publicUrl: string): Secret {
  const { email, roomId, token, privateKey, sender, shown } = invite;
  const proof = new URLSearchParams({ token, private_key: privateKey.reveal() });
  const entries = {
    email,
    // Of version 1, because the invited user has no access token yet.
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
 * Returns the base URL of the configured client at that location, as configured and not as sent.
 * Defaults to `usual`.
 */
function chooseClient(location: string | undefined, { usual, others }: WebClients): string {
  const wanted = location !== undefined && URL.canParse(location) ? new URL(location).host : undefined;
  return [usual, ...others].find((client) => new URL(client).host === wanted) ?? usual;
}
