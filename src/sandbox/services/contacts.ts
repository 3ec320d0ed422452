import type { RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { textOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import { accountOfPhone, type Account } from '../world/accounts.js';
import { accountOfUsername, contactsOf, sandboxChannel } from '../world/contacts.js';
import { channel, channelPeer } from './chat.js';
import { asContact, loadPerson, peerOf, userOf } from './user.js';

const shortestQuery = 3;

/** contacts.*: the contacts of an account. */
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
    'contacts.getStatuses': {
      access: 'account',
      run: (context) =>
        contactsOf(loadPerson(context)).map(({ id }) => ({
          _: 'contactStatus',
          user_id: id,
          status: { _: 'userStatusRecently' },
        })),
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

function resolved(account: Account): TlObject {
  return { _: 'contacts.resolvedPeer', peer: peerOf(account), chats: [], users: [userOf(account, false)] };
}
