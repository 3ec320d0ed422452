import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { intOf, listOf, longOf, longsOf, textOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import { accountOfId } from '../world/accounts.js';
import type { Mailbox } from '../world/mailboxes.js';
import { contactsOf, messageIds, sandboxChannel, sandboxGroup } from '../world/contacts.js';
import type { World } from '../world/world.js';
import { channel, createdGroup, group, isSandboxChannel } from './chat.js';
import { conversationsOf } from './conversations.js';
import { findAccount, loadPerson, userOf } from './user.js';

const channelPts = 1;
const settings = { notify_settings: { _: 'peerNotifySettings' } } as const;

/** Basic groups and the channel: messages.createChat and what clients ask about chats. */
export function createChatsService({ clock, mailboxes }: World): RpcService {
  function mailboxOf({ device }: RpcContext): Mailbox {
    if (!device.account) throw new RpcRefusal(401, 'AUTH_KEY_UNREGISTERED');
    return mailboxes.of(device.account);
  }

  return {
    'messages.createChat': {
      access: 'account',
      run(context, request) {
        const own = loadPerson(context);
        const title = textOf(request, 'title').trim();
        const invited = listOf(request, 'users').flatMap((input) => findAccount(context, input) ?? []);
        if (title === '') throw new RpcRefusal(400, 'CHAT_TITLE_EMPTY');
        if (invited.length === 0) throw new RpcRefusal(400, 'USERS_TOO_FEW');
        const date = Math.floor(clock.now() / 1000);
        const mailbox = mailboxOf(context);
        const members = new Set([own.id, ...invited.map(({ id }) => id)]);
        const created = mailbox.createChat(title, [...members], date);
        const message = conversationsOf(own, mailbox).at(-1)?.messages[0];
        const updates = {
          _: 'updates',
          updates: message ? [{ _: 'updateNewMessage', message, pts: mailbox.pts, pts_count: 1 }] : [],
          users: usersOf(context, created.members),
          chats: [createdGroup(created)],
          date,
          seq: 0,
        };
        return { _: 'messages.invitedUsers', updates, missing_invitees: [] };
      },
    },
    'messages.getChats': {
      access: 'account',
      run(context, request) {
        const chats = longsOf(request, 'id').map((id) => {
          const created = mailboxOf(context).findChat(id);
          if (created) return createdGroup(created);
          return id === sandboxGroup.id ? group() : { _: 'chatEmpty', id };
        });
        return { _: 'messages.chats', chats };
      },
    },
    'messages.getFullChat': {
      access: 'account',
      run(context, request) {
        const id = longOf(request, 'chat_id');
        const created = mailboxOf(context).findChat(id);
        if (created) return fullChat(context, createdGroup(created), created.members);
        if (id !== sandboxGroup.id) throw new RpcRefusal(400, 'CHAT_ID_INVALID');
        const own = context.device.account;
        const others = own && !own.isBot ? contactsOf(own) : [];
        // The contact created the group, so that the caller is a plain member.
        const members = [...others, ...(own ? [own] : [])].map((account) => account.id);
        return fullChat(context, group(), members);
      },
    },
    'channels.getChannels': {
      access: 'account',
      run: (_context, request) => ({
        _: 'messages.chats',
        chats: listOf(request, 'id').filter(isSandboxChannel).map(channel),
      }),
    },
    'channels.getFullChannel': {
      access: 'account',
      run(_context, request) {
        checkChannel(request);
        return { _: 'messages.chatFull', full_chat: fullChannel(), chats: [channel()], users: [] };
      },
    },
    'channels.getParticipant': {
      access: 'account',
      run(context, request) {
        checkChannel(request);
        const own = context.device.account;
        const account = findAccount(context, request['participant']);
        if (!own || account?.id !== own.id) throw new RpcRefusal(400, 'USER_NOT_PARTICIPANT');
        const participant = { _: 'channelParticipantSelf', user_id: own.id, inviter_id: own.id, date: 0 };
        return { _: 'channels.channelParticipant', participant, chats: [channel()], users: [userOf(own, true)] };
      },
    },
    'channels.getParticipants': {
      access: 'account',
      run(_context, request) {
        checkChannel(request);
        // Only administrators see the subscribers of a channel.
        throw new RpcRefusal(400, 'CHAT_ADMIN_REQUIRED');
      },
    },
    'channels.readHistory': {
      access: 'account',
      run(_context, request) {
        checkChannel(request);
        return true;
      },
    },
  };
}

function checkChannel(request: TlObject): void {
  if (!isSandboxChannel(request['channel'])) throw new RpcRefusal(400, 'CHANNEL_INVALID');
}

function usersOf({ device }: RpcContext, ids: readonly bigint[]): readonly TlObject[] {
  const accounts = ids.flatMap((id) => accountOfId(id) ?? []);
  return accounts.map((account) => userOf(account, account.id === device.account?.id));
}

function fullChat(context: RpcContext, chat: TlObject, [creator, ...others]: readonly bigint[]): TlObject {
  const id = longOf(chat, 'id');
  const date = intOf(chat, 'date');
  const participants = [
    ...(creator === undefined ? [] : [{ _: 'chatParticipantCreator', user_id: creator }]),
    ...others.map((member) => ({ _: 'chatParticipant', user_id: member, inviter_id: creator ?? member, date })),
  ];
  const full = {
    _: 'chatFull',
    id,
    about: '',
    participants: { _: 'chatParticipants', chat_id: id, participants, version: 1 },
    ...settings,
  };
  const members = creator === undefined ? others : [creator, ...others];
  return { _: 'messages.chatFull', full_chat: full, chats: [chat], users: usersOf(context, members) };
}

function fullChannel(): TlObject {
  return {
    _: 'channelFull',
    id: sandboxChannel.id,
    about: '',
    participants_count: 2,
    read_inbox_max_id: messageIds.channel,
    read_outbox_max_id: 0,
    unread_count: 0,
    chat_photo: { _: 'photoEmpty', id: 0n },
    bot_info: [],
    pts: channelPts,
    ...settings,
  };
}
