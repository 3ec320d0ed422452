import type { TlObject } from '../tl/value.js';
import type { Account } from '../world/accounts.js';

/** The account as clients see it; only its owner sees the phone number. */
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
