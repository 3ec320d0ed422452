import type { RpcContext } from '../rpc/method.js';
import { longOf } from '../tl/fields.js';
import { isTlObject, type TlObject, type TlValue } from '../tl/value.js';
import type { Account } from '../world/accounts.js';
import type { Mailbox } from '../world/mailboxes.js';
import { contactsOf, messageIds, sandboxGroup } from '../world/contacts.js';
import { channel, channelPeer, createdGroup, group, groupPeer, isSandboxChannel } from './chat.js';
import { asContact, findAccount, peerOf, userOf } from './user.js';

/** A chat of an account: its peer, its messages and what they refer to. */
export interface Conversation {
  readonly peer: TlObject;
  readonly isChannel: boolean;
  readonly messages: readonly TlObject[];
  readonly chats: readonly TlObject[];
  readonly users: readonly TlObject[];
}

// Messages that were there before the account's first login are of one fixed time.
const oldMessageDate = 1_700_000_000;

/**
 * Returns the chats of an account: those with its contacts, the group, the channel, and groups that
 * it created.
 */
export function conversationsOf(own: Account, mailbox: Mailbox): readonly Conversation[] {
  const contacts = own.isBot ? [] : contactsOf(own);
  return [
    ...contacts.map(withContact),
    {
      peer: groupPeer,
      isChannel: false,
      messages: contacts.map((contact) => messageFrom(contact, messageIds.group, groupPeer)),
      chats: [group()],
      users: contacts.map(asContact),
    },
    {
      peer: channelPeer,
      isChannel: true,
      messages: [{ ...oldMessage, id: messageIds.channel, peer_id: channelPeer, message: 'Hello from the channel' }],
      chats: [channel()],
      users: [],
    },
    ...mailbox.chats().map((chat) => ({
      peer: { _: 'peerChat', chat_id: chat.id },
      isChannel: false,
      messages: [
        {
          _: 'messageService',
          out: true,
          id: chat.messageId,
          from_id: peerOf(own),
          peer_id: { _: 'peerChat', chat_id: chat.id },
          date: chat.date,
          action: { _: 'messageActionChatCreate', title: chat.title, users: chat.members },
        },
      ],
      chats: [createdGroup(chat)],
      users: [userOf(own, true)],
    })),
  ];
}

/**
 * Returns the chat that an InputPeer names, an empty one for accounts without messages, or
 * undefined if there is none.
 */
export function findConversation(context: RpcContext, mailbox: Mailbox, input: TlValue | undefined) {
  const own = context.device.account;
  if (!own) return undefined;
  const account = findAccount(context, input);
  const isMeant = ({ peer }: Conversation) =>
    account ? longIn(peer, 'user_id') === account.id : isSamePeer(peer, input);
  const found = conversationsOf(own, mailbox).find(isMeant);
  if (found || !account) return found;
  return {
    peer: peerOf(account),
    isChannel: false,
    messages: [],
    chats: [],
    users: [userOf(account, account.id === own.id)],
  };
}

/** Returns whether the peer is the group that an InputPeer names. */
function isSamePeer(peer: TlObject, input: TlValue | undefined): boolean {
  if (isSandboxChannel(input)) return peer === channelPeer;
  if (!isTlObject(input) || input._ !== 'inputPeerChat') return false;
  return longIn(peer, 'chat_id') === longOf(input, 'chat_id');
}

function longIn(object: TlObject, field: string): bigint | undefined {
  return field in object ? longOf(object, field) : undefined;
}

function withContact(contact: Account): Conversation {
  const peer = peerOf(contact);
  return {
    peer,
    isChannel: false,
    messages: [messageFrom(contact, messageIds.contact, peer)],
    chats: [],
    users: [asContact(contact)],
  };
}

const oldMessage = { _: 'message', date: oldMessageDate } as const;

function messageFrom(contact: Account, id: number, peer: TlObject): TlObject {
  const message = peer === groupPeer ? `Hello from ${sandboxGroup.title}` : `Hello from ${contact.firstName}`;
  return { ...oldMessage, id, from_id: peerOf(contact), peer_id: peer, message };
}
