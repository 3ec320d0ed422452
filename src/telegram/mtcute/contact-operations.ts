import { Long, type tl } from '@mtcute/core';
import type { EngineOperations } from '../engine-calls.js';
import { readChats, readFound, readUsers, type Peer } from '../read-peers.js';
import { unknownAnswer } from '../read-user.js';
import { unless } from '../rpc-error.js';
import type { Client } from './client.js';
import { usersById } from './read-user.js';

const maxChats = 100;
const maxFound = 50;

/** The calls for contacts, chats and user search. */
export const contactOperations: Pick<
  EngineOperations<Client>,
  'contacts' | 'chats' | 'findByUsername' | 'findByPhone' | 'searchUsers'
> = {
  async contacts({ session }) {
    const answer = await session.query({ _: 'contacts.getContacts', hash: Long.ZERO });
    if (answer._ === 'contacts.contacts') return [...usersById(answer.users).values()];
    throw unknownAnswer('contacts.getContacts', answer._);
  },

  async chats({ session }) {
    const answer = await session.query({
      _: 'messages.getDialogs',
      offsetDate: 0,
      offsetId: 0,
      offsetPeer: { _: 'inputPeerEmpty' },
      limit: maxChats,
      hash: Long.ZERO,
    });
    if (!('dialogs' in answer)) throw unknownAnswer('messages.getDialogs', answer._);
    const peers = answer.dialogs.map(({ peer }) => peerOf(peer));
    return readChats(peers, { users: usersById(answer.users), titles: titlesOf(answer.chats) });
  },

  async findByUsername({ session }, username) {
    const absent = ['USERNAME_NOT_OCCUPIED', 'USERNAME_INVALID', 'USERNAME_UNSUPPORTED'];
    return found(await unless(absent, () => session.query({ _: 'contacts.resolveUsername', username })));
  },

  async findByPhone({ session }, phone) {
    const request = { _: 'contacts.resolvePhone', phone: phone.reveal().replace('+', '') } as const;
    return found(await unless(['PHONE_NOT_OCCUPIED', 'PHONE_NUMBER_INVALID'], () => session.query(request)));
  },

  async searchUsers({ session }, query) {
    const request = { _: 'contacts.search', q: query, limit: maxFound } as const;
    const answer = await unless(['SEARCH_QUERY_EMPTY', 'QUERY_TOO_SHORT'], () => session.query(request));
    if (answer === undefined) return [];
    return readUsers([...answer.myResults, ...answer.results].map(peerOf), usersById(answer.users));
  },
};

function found(answer: tl.contacts.RawResolvedPeer | undefined) {
  return readFound(answer && peerOf(answer.peer), usersById(answer?.users ?? []));
}

function peerOf(peer: tl.TypePeer): Peer {
  switch (peer._) {
    case 'peerUser':
      return { kind: 'user', id: String(peer.userId) };
    case 'peerChat':
      return { kind: 'chat', id: String(peer.chatId) };
    case 'peerChannel':
      return { kind: 'channel', id: String(peer.channelId) };
  }
}

function titlesOf(chats: readonly tl.TypeChat[]): ReadonlyMap<string, string> {
  return new Map(chats.flatMap((chat) => ('title' in chat ? [[String(chat.id), chat.title] as const] : [])));
}
