import { Api, helpers } from 'telegram';
import type { PhoneNumber } from '../../base/phone.js';
import type { FoundUser, TelegramChat, TelegramContact } from '../shapes.js';
import type { QuietClient } from './client.js';
import { readUser, unknownAnswer } from './read-user.js';
import { unless } from './rpc-failure.js';

const maxChats = 100;
const maxFound = 50;

/** The Bot API adds this to the ID of a channel and negates the sum. */
const channelOffset = 1_000_000_000_000n;

/** The calls for contacts, chats and user search. */
export const contactOperations = {
  async contacts(client: QuietClient): Promise<readonly TelegramContact[]> {
    const answer = await client.invoke(new Api.contacts.GetContacts({ hash: helpers.returnBigInt(0) }));
    if (answer instanceof Api.contacts.Contacts) return answer.users.filter(isUser).map(readUser);
    throw unknownAnswer('contacts.getContacts', answer.className);
  },

  async chats(client: QuietClient): Promise<readonly TelegramChat[]> {
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
    return answer.dialogs.flatMap(({ peer }) => chatOf(peer, answer) ?? []);
  },

  async findByUsername(client: QuietClient, username: string): Promise<FoundUser> {
    const request = new Api.contacts.ResolveUsername({ username });
    return readFound(
      await unless(['USERNAME_NOT_OCCUPIED', 'USERNAME_INVALID', 'USERNAME_UNSUPPORTED'], () => client.invoke(request)),
    );
  },

  async findByPhone(client: QuietClient, phone: PhoneNumber): Promise<FoundUser> {
    const request = new Api.contacts.ResolvePhone({ phone: phone.reveal().replace('+', '') });
    return readFound(await unless(['PHONE_NOT_OCCUPIED', 'PHONE_NUMBER_INVALID'], () => client.invoke(request)));
  },

  async searchUsers(client: QuietClient, query: string): Promise<readonly TelegramContact[]> {
    const request = new Api.contacts.Search({ q: query, limit: maxFound });
    const found = await unless(['SEARCH_QUERY_EMPTY', 'QUERY_TOO_SHORT'], () => client.invoke(request));
    if (found === undefined) return [];
    const users = [...found.myResults, ...found.results].flatMap((peer) => userOf(peer, found.users) ?? []);
    return [...new Map(users.map((user) => [user.id, user])).values()];
  },
};

interface Named {
  readonly chats: readonly Api.TypeChat[];
  readonly users: readonly Api.TypeUser[];
}

function readFound(answer: Api.contacts.ResolvedPeer | undefined): FoundUser {
  if (answer === undefined) return { kind: 'not_found' };
  const user = userOf(answer.peer, answer.users);
  return user ? { kind: 'user', user } : { kind: 'no_user' };
}

function chatOf(peer: Api.TypePeer, named: Named): TelegramChat | undefined {
  if (peer instanceof Api.PeerUser) {
    const user = userOf(peer, named.users);
    const title = [user?.firstName, user?.lastName].filter(Boolean).join(' ');
    return user && { id: user.id, title };
  }
  const id = peer instanceof Api.PeerChat ? peer.chatId : peer.channelId;
  const chat = named.chats.find((one) => one.id.equals(id));
  if (chat === undefined || !('title' in chat)) return undefined;
  const positive = BigInt(id.toString());
  const marked = peer instanceof Api.PeerChat ? -positive : -(channelOffset + positive);
  return { id: marked.toString(), title: chat.title };
}

function userOf(peer: Api.TypePeer, users: readonly Api.TypeUser[]): TelegramContact | undefined {
  if (!(peer instanceof Api.PeerUser)) return undefined;
  const user = users.find((one) => one.id.equals(peer.userId));
  return user && isUser(user) ? readUser(user) : undefined;
}

function isUser(user: Api.TypeUser): user is Api.User {
  return user instanceof Api.User;
}
