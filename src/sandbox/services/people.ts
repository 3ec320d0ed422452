import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { textOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import { accountOfPhone, type Account } from '../world/accounts.js';
import { accountOfUsername, contactsOf, sandboxChannel, sandboxGroup } from '../world/people.js';
import { userOf } from './user.js';

const shortestQuery = 3;

/** contacts.* and messages.getDialogs: whom an account knows. */
export function createPeopleService(): RpcService {
  return {
    'contacts.getContacts': {
      access: 'account',
      run(context) {
        const contacts = contactsOf(loadPerson(context));
        return {
          _: 'contacts.contacts',
          contacts: contacts.map(({ id }) => ({ _: 'contact', user_id: id, mutual: false })),
          saved_count: contacts.length,
          users: contacts.map(asContact),
        };
      },
    },
    'messages.getDialogs': {
      access: 'account',
      run(context) {
        const contacts = contactsOf(loadPerson(context));
        const peers = [...contacts.map(peerOf), groupPeer, channelPeer];
        return {
          _: 'messages.dialogs',
          dialogs: peers.map(dialogWith),
          messages: [],
          chats: [group(), channel()],
          users: contacts.map(asContact),
        };
      },
    },
    'contacts.resolveUsername': {
      access: 'account',
      run(_context, request) {
        const username = textOf(request, 'username');
        if (username.toLowerCase() === sandboxChannel.username) {
          return { _: 'contacts.resolvedPeer', peer: channelPeer, chats: [channel()], users: [] };
        }
        const account = accountOfUsername(username);
        if (!account) throw new RpcRefusal(400, 'USERNAME_NOT_OCCUPIED');
        return resolved(account);
      },
    },
    'contacts.resolvePhone': {
      access: 'account',
      run(context, request) {
        loadPerson(context);
        const account = accountOfPhone(textOf(request, 'phone'));
        if (!account || account.kind === 'unregistered') throw new RpcRefusal(400, 'PHONE_NOT_OCCUPIED');
        return resolved(account);
      },
    },
    'contacts.search': {
      access: 'account',
      run(context, request) {
        const query = textOf(request, 'q').toLowerCase();
        const contacts = contactsOf(loadPerson(context));
        if (query === '') throw new RpcRefusal(400, 'SEARCH_QUERY_EMPTY');
        if (query.length < shortestQuery) throw new RpcRefusal(400, 'QUERY_TOO_SHORT');
        const mine = contacts.filter(({ firstName, lastName }) =>
          `${firstName} ${lastName}`.toLowerCase().includes(query),
        );
        const others = [accountOfUsername(query)].filter((account) => account !== undefined);
        return {
          _: 'contacts.found',
          my_results: mine.map(peerOf),
          results: others.map(peerOf),
          chats: [],
          users: [...mine.map(asContact), ...others.map((account) => userOf(account, false))],
        };
      },
    },
  };
}

const groupPeer: TlObject = { _: 'peerChat', chat_id: sandboxGroup.id };
const channelPeer: TlObject = { _: 'peerChannel', channel_id: sandboxChannel.id };

/** Contacts are for people. */
function loadPerson({ device }: RpcContext): Account {
  const { account } = device;
  if (!account || account.isBot) throw new RpcRefusal(400, 'BOT_METHOD_INVALID');
  return account;
}

/** Contacts show their phone numbers. */
function asContact(account: Account): TlObject {
  return { ...userOf(account, false), contact: true, phone: account.phone };
}

function peerOf({ id }: Account): TlObject {
  return { _: 'peerUser', user_id: id };
}

function resolved(account: Account): TlObject {
  return { _: 'contacts.resolvedPeer', peer: peerOf(account), chats: [], users: [userOf(account, false)] };
}

function dialogWith(peer: TlObject): TlObject {
  return {
    _: 'dialog',
    peer,
    top_message: 0,
    read_inbox_max_id: 0,
    read_outbox_max_id: 0,
    unread_count: 0,
    unread_mentions_count: 0,
    unread_reactions_count: 0,
    unread_poll_votes_count: 0,
    notify_settings: { _: 'peerNotifySettings' },
  };
}

function group(): TlObject {
  return {
    _: 'chat',
    ...sandboxGroup,
    photo: { _: 'chatPhotoEmpty' },
    participants_count: 2,
    date: 0,
    version: 1,
  };
}

function channel(): TlObject {
  return { _: 'channel', ...sandboxChannel, access_hash: 1n, broadcast: true, photo: { _: 'chatPhotoEmpty' }, date: 0 };
}
