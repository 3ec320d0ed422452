import { longOf } from '../tl/fields.js';
import { isTlObject, type TlObject, type TlValue } from '../tl/value.js';
import type { CreatedChat } from '../world/mailboxes.js';
import { sandboxChannel, sandboxGroup } from '../world/contacts.js';

export const groupPeer: TlObject = { _: 'peerChat', chat_id: sandboxGroup.id };
export const channelPeer: TlObject = { _: 'peerChannel', channel_id: sandboxChannel.id };

/** Returns the group that every account is in. */
export function group(): TlObject {
  return chat({ ...sandboxGroup, participants_count: 2, date: 0 });
}

/** Returns a group that an account created, as its creator sees it. */
export function createdGroup({ id, title, date, members }: CreatedChat): TlObject {
  return chat({ id, title, creator: true, participants_count: members.length, date });
}

function chat(fields: Readonly<Record<string, TlValue>>): TlObject {
  return { _: 'chat', photo: { _: 'chatPhotoEmpty' }, version: 1, ...fields };
}

/** Returns the channel that every account is in. */
export function channel(): TlObject {
  return { _: 'channel', ...sandboxChannel, access_hash: 1n, broadcast: true, photo: { _: 'chatPhotoEmpty' }, date: 0 };
}

/** Returns whether an InputChannel or InputPeer names the channel. */
export function isSandboxChannel(input: TlValue | undefined): boolean {
  if (!isTlObject(input) || (input._ !== 'inputChannel' && input._ !== 'inputPeerChannel')) return false;
  return longOf(input, 'channel_id') === sandboxChannel.id;
}
