import type { RpcContext } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { longOf } from '../tl/fields.js';
import { isTlObject, type TlObject, type TlValue } from '../tl/value.js';
import { accountOfId, type Account } from '../world/accounts.js';

/** Returns the account as clients see it; only its owner sees the phone number. */
export function userOf(account: Account, isSelf: boolean): TlObject {
  return {
    _: 'user',
    id: account.id,
    access_hash: account.id * 0x9e3779b97f4a7n,
    self: isSelf,
    bot: account.isBot,
    bot_info_version: account.isBot ? 1 : undefined,
    first_name: account.firstName,
    last_name: account.lastName,
    username: account.username,
    phone: isSelf ? account.phone : undefined,
    status: account.isBot ? undefined : { _: 'userStatusRecently' },
  };
}

/** Returns a contact as clients see it, with its phone number. */
export function asContact(account: Account): TlObject {
  return { ...userOf(account, false), contact: true, phone: account.phone };
}

/** Returns the peer of a private chat with the account. */
export function peerOf({ id }: Account): TlObject {
  return { _: 'peerUser', user_id: id };
}

/**
 * Returns the caller's account. Throws RpcRefusal for bots, which have no contacts and no list of
 * chats.
 */
export function loadPerson({ device }: RpcContext): Account {
  const { account } = device;
  if (!account || account.isBot) throw new RpcRefusal(400, 'BOT_METHOD_INVALID');
  return account;
}

/** Returns the account that an InputUser or InputPeer names, or undefined if there is none. */
export function findAccount({ device }: RpcContext, input: TlValue | undefined): Account | undefined {
  if (!isTlObject(input)) return undefined;
  switch (input._) {
    case 'inputUserSelf':
    case 'inputPeerSelf':
      return device.account;
    case 'inputUser':
    case 'inputPeerUser':
      return accountOfId(longOf(input, 'user_id'));
    default:
      return undefined;
  }
}
