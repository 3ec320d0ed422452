import type { FoundUser, TelegramChat, TelegramContact } from './shapes.js';

/** A peer, with its ID in decimal. */
export interface Peer {
  readonly kind: 'user' | 'chat' | 'channel';
  readonly id: string;
}

/** The users and the titles of groups and channels that an answer of Telegram contains, by ID. */
export interface NamedPeers {
  readonly users: ReadonlyMap<string, TelegramContact>;
  readonly titles: ReadonlyMap<string, string>;
}

/** The Bot API adds this to the ID of a channel and negates the sum. */
const channelOffset = 1_000_000_000_000n;

/** Returns the conversations with the peers, except for peers that the answer does not name. */
export function readChats(peers: readonly Peer[], named: NamedPeers): readonly TelegramChat[] {
  return peers.flatMap((peer) => chatOf(peer, named) ?? []);
}

/** Returns the user that a name or number was resolved to; `undefined` means that there is none. */
export function readFound(peer: Peer | undefined, users: NamedPeers['users']): FoundUser {
  if (peer === undefined) return { kind: 'not_found' };
  const user = userOf(peer, users);
  return user ? { kind: 'user', user } : { kind: 'no_user' };
}

/** Returns the users among the peers, each once. */
export function readUsers(peers: readonly Peer[], users: NamedPeers['users']): readonly TelegramContact[] {
  const found = peers.flatMap((peer) => userOf(peer, users) ?? []);
  return [...new Map(found.map((user) => [user.id, user])).values()];
}

function chatOf(peer: Peer, { users, titles }: NamedPeers): TelegramChat | undefined {
  if (peer.kind === 'user') {
    const user = users.get(peer.id);
    return user && { id: user.id, title: [user.firstName, user.lastName].filter(Boolean).join(' ') };
  }
  const title = titles.get(peer.id);
  if (title === undefined) return undefined;
  const positive = BigInt(peer.id);
  const marked = peer.kind === 'chat' ? -positive : -(channelOffset + positive);
  return { id: marked.toString(), title };
}

function userOf({ kind, id }: Peer, users: NamedPeers['users']): TelegramContact | undefined {
  return kind === 'user' ? users.get(id) : undefined;
}
