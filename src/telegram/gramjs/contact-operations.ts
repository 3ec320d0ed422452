import { Api, helpers } from 'telegram';
import type { EngineOperations } from '../engine-calls.js';
import { readChats, readFound, readUsers, type Peer } from '../read-peers.js';
import { unknownAnswer } from '../read-user.js';
import { unless } from '../rpc-error.js';
import type { QuietClient } from './client.js';
import { usersById } from './read-user.js';

const maxChats = 100;
const maxFound = 50;

/** The calls for contacts, chats and user search. */
export const contactOperations: Pick<
  EngineOperations<QuietClient>,
  'contacts' | 'chats' | 'findByUsername' | 'findByPhone' | 'searchUsers'
> = {
  async contacts(client) {
    const answer = await client.invoke(new Api.contacts.GetContacts({ hash: helpers.returnBigInt(0) }));
    if (answer instanceof Api.contacts.Contacts) return [...usersById(answer.users).values()];
    throw unknownAnswer('contacts.getContacts', answer.className);
  },

  async chats(client) {
    const answer = await client.invoke(
      new Api.messages.GetDialogs({
        offsetDate: 0,
        offsetId: 0,
        offsetPeer: new Api.InputPeerEmpty(),
        limit: maxChats,
        hash: helpers.returnBigInt(0),
      }),
    );
    if (!('dialogs' in answer)) throw unknownAnswer('messages.getDialogs', answer.className);
    const peers = answer.dialogs.map(({ peer }) => peerOf(peer));
    return readChats(peers, { users: usersById(answer.users), titles: titlesOf(answer.chats) });
  },

  async findByUsername(client, username) {
    const request = new Api.contacts.ResolveUsername({ username });
    const absent = ['USERNAME_NOT_OCCUPIED', 'USERNAME_INVALID', 'USERNAME_UNSUPPORTED'];
    return found(await unless(absent, () => client.invoke(request)));
  },

  async findByPhone(client, phone) {
    const request = new Api.contacts.ResolvePhone({ phone: phone.reveal().replace('+', '') });
    return found(await unless(['PHONE_NOT_OCCUPIED', 'PHONE_NUMBER_INVALID'], () => client.invoke(request)));
  },

  async searchUsers(client, query) {
    const request = new Api.contacts.Search({ q: query, limit: maxFound });
    const answer = await unless(['SEARCH_QUERY_EMPTY', 'QUERY_TOO_SHORT'], () => client.invoke(request));
    if (answer === undefined) return [];
    return readUsers([...answer.myResults, ...answer.results].map(peerOf), usersById(answer.users));
  },
};

function found(answer: Api.contacts.ResolvedPeer | undefined) {
  return readFound(answer && peerOf(answer.peer), usersById(answer?.users ?? []));
}

function peerOf(peer: Api.TypePeer): Peer {
  if (peer instanceof Api.PeerUser) return { kind: 'user', id: peer.userId.toString() };
  if (peer instanceof Api.PeerChat) return { kind: 'chat', id: peer.chatId.toString() };
  return { kind: 'channel', id: peer.channelId.toString() };
}

function titlesOf(chats: readonly Api.TypeChat[]): ReadonlyMap<string, string> {
  return new Map(chats.flatMap((chat) => ('title' in chat ? [[chat.id.toString(), chat.title] as const] : [])));
}
