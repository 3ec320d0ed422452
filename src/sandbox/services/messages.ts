import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { intOf, listOf, textOf } from '../tl/fields.js';
import { isTlObject, type TlObject, type TlValue } from '../tl/value.js';
import type { Mailbox } from '../world/mailboxes.js';
import type { World } from '../world/world.js';
import { noUpdates } from './account-settings.js';
import { channelPeer, isSandboxChannel } from './chat.js';
import { conversationsOf, findConversation, type Conversation } from './conversations.js';
import { updatesState } from './updates.js';
import { loadPerson } from './user.js';

const archiveFolder = 1;
const maxMessageLength = 4096;
const channelPts = 1;

/**
 * messages.*: the list of chats, their messages, and sending. What is sent reaches no other account
 * and is not kept.
 */
export function createMessagesService({ clock, mailboxes }: World): RpcService {
  const seconds = () => Math.floor(clock.now() / 1000);

  function mailboxOf({ device }: RpcContext): Mailbox {
    if (!device.account) throw new RpcRefusal(401, 'AUTH_KEY_UNREGISTERED');
    return mailboxes.of(device.account);
  }

  function load(context: RpcContext, request: TlObject): Conversation {
    const found = findConversation(context, mailboxOf(context), request['peer']);
    if (!found) throw new RpcRefusal(400, 'PEER_ID_INVALID');
    return found;
  }

  function peerDialogs(context: RpcContext, conversations: readonly Conversation[]): TlObject {
    const state = updatesState(context, mailboxes, seconds());
    return { ...dialogsOf(conversations), _: 'messages.peerDialogs', state };
  }

  const read = (context: RpcContext, request: TlObject): TlObject => {
    load(context, request);
    return { _: 'messages.affectedHistory', pts: mailboxOf(context).pts, pts_count: 0, offset: 0 };
  };

  return {
    'messages.getDialogs': {
      access: 'account',
      run(context, request) {
        const all = conversationsOf(loadPerson(context), mailboxOf(context));
        return dialogsOf(request['folder_id'] === archiveFolder ? [] : all);
      },
    },
    'messages.getPinnedDialogs': {
      access: 'account',
      run(context) {
        loadPerson(context);
        return peerDialogs(context, []);
      },
    },
    'messages.getPeerDialogs': {
      access: 'account',
      run(context, request) {
        loadPerson(context);
        const inputs = listOf(request, 'peers').map((item) => (isTlObject(item) ? item['peer'] : undefined));
        const found = inputs.map((input) => findConversation(context, mailboxOf(context), input));
        return peerDialogs(
          context,
          found.filter((one) => one !== undefined),
        );
      },
    },
    'messages.getHistory': {
      access: 'account',
      run: (context, request) => messagesOf(load(context, request), (message) => isInHistory(message, request)),
    },
    'messages.getScheduledHistory': {
      access: 'account',
      run: (context, request) => messagesOf({ ...load(context, request), isChannel: false }, () => false),
    },
    'messages.getMessages': {
      access: 'account',
      run(context, request) {
        const own = context.device.account;
        const all = own ? conversationsOf(own, mailboxOf(context)).filter(({ isChannel }) => !isChannel) : [];
        return pick(all, request, { _: 'messages.messages' });
      },
    },
    'channels.getMessages': {
      access: 'account',
      run(context, request) {
        if (!isSandboxChannel(request['channel'])) throw new RpcRefusal(400, 'CHANNEL_INVALID');
        const own = context.device.account;
        const all = own ? conversationsOf(own, mailboxOf(context)).filter(({ isChannel }) => isChannel) : [];
        return pick(all, request, { _: 'messages.channelMessages', pts: channelPts });
      },
    },
    'messages.readHistory': {
      access: 'account',
      run(context, request) {
        load(context, request);
        return { _: 'messages.affectedMessages', pts: mailboxOf(context).pts, pts_count: 0 };
      },
    },
    'messages.readMentions': { access: 'account', run: read },
    'messages.readReactions': { access: 'account', run: read },
    'messages.setTyping': {
      access: 'account',
      run(context, request) {
        load(context, request);
        return true;
      },
    },
    'messages.sendMessage': {
      access: 'account',
      run(context, request) {
        const { isChannel } = load(context, request);
        const text = textOf(request, 'message');
        if (isChannel) throw new RpcRefusal(403, 'CHAT_WRITE_FORBIDDEN');
        if (text.trim() === '') throw new RpcRefusal(400, 'MESSAGE_EMPTY');
        if (text.length > maxMessageLength) throw new RpcRefusal(400, 'MESSAGE_TOO_LONG');
        const mailbox = mailboxOf(context);
        const id = mailbox.addMessage();
        return { _: 'updateShortSentMessage', out: true, id, pts: mailbox.pts, pts_count: 1, date: seconds() };
      },
    },
    'messages.getAllDrafts': { access: 'account', run: () => noUpdates(seconds()) },
    'messages.getPeerSettings': {
      access: 'account',
      run(context, request) {
        const { chats, users } = load(context, request);
        return { _: 'messages.peerSettings', settings: { _: 'peerSettings' }, chats, users };
      },
    },
    'stories.getAllReadPeerStories': { access: 'account', run: () => noUpdates(seconds()) },
    'stories.getPeerStories': {
      access: 'account',
      run(context, request) {
        const { peer, chats, users } = load(context, request);
        return { _: 'stories.peerStories', stories: { _: 'peerStories', peer, stories: [] }, chats, users };
      },
    },
  };
}

function dialogsOf(conversations: readonly Conversation[]): TlObject {
  return {
    _: 'messages.dialogs',
    dialogs: conversations.map(dialogOf),
    messages: conversations.flatMap(({ messages }) => messages.slice(0, 1)),
    chats: conversations.flatMap(({ chats }) => chats),
    users: distinct(conversations.flatMap(({ users }) => users)),
  };
}

function dialogOf({ peer, messages: [newest], isChannel }: Conversation): TlObject {
  const top = newest ? intOf(newest, 'id') : 0;
  return {
    _: 'dialog',
    peer,
    top_message: top,
    read_inbox_max_id: top,
    read_outbox_max_id: 0,
    unread_count: 0,
    unread_mentions_count: 0,
    unread_reactions_count: 0,
    unread_poll_votes_count: 0,
    notify_settings: { _: 'peerNotifySettings' },
    pts: peer === channelPeer && isChannel ? channelPts : undefined,
  };
}

function messagesOf(conversation: Conversation, isWanted: (message: TlObject) => boolean): TlObject {
  const messages = conversation.messages.filter(isWanted);
  const { chats, users, isChannel } = conversation;
  const fields = { messages, topics: [], chats, users };
  if (!isChannel) return { _: 'messages.messages', ...fields };
  return { _: 'messages.channelMessages', pts: channelPts, count: conversation.messages.length, ...fields };
}

function isInHistory(message: TlObject, request: TlObject): boolean {
  const [id, date] = [intOf(message, 'id'), intOf(message, 'date')];
  const { offset_id: offsetId, offset_date: offsetDate, add_offset: addOffset, max_id: maxId } = request;
  // A negative offset asks for messages that are newer than the one named, too.
  const reachesBeyond = Number(addOffset) < 0;
  const isBefore = (limit: TlValue | undefined, value: number) => Number(limit) === 0 || value < Number(limit);
  const isOlder = reachesBeyond || (isBefore(offsetId, id) && isBefore(offsetDate, date));
  return isOlder && Number(addOffset) <= 0 && isBefore(maxId, id) && id > intOf(request, 'min_id');
}

/**
 * Returns the messages that the request names by ID, and an empty one for each that does not exist.
 */
function pick(conversations: readonly Conversation[], request: TlObject, answer: TlObject): TlObject {
  const messages = listOf(request, 'id').map((item) => {
    const id = isTlObject(item) && item._ === 'inputMessageID' ? intOf(item, 'id') : 0;
    const all = conversations.flatMap((conversation) => conversation.messages);
    return all.find((message) => message['id'] === id) ?? { _: 'messageEmpty', id };
  });
  const chats = conversations.flatMap((conversation) => conversation.chats);
  const users = distinct(conversations.flatMap((conversation) => conversation.users));
  return { ...answer, count: messages.length, messages, topics: [], chats, users };
}

function distinct(users: readonly TlObject[]): readonly TlObject[] {
  return [...new Map(users.map((user) => [user['id'], user])).values()];
}
