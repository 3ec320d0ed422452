import type { RpcContext } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import type { TlObject } from '../tl/value.js';
import type { Account } from '../world/accounts.js';
import { magicApiIds } from '../world/magic.js';
import type { Passwords } from '../world/passwords.js';
import { userOf } from './user.js';

/** Throws unless Telegram would take this application. */
export function checkApi(apiId: number, apiHash: string): void {
  const refused = magicApiIds.get(apiId) ?? (apiId <= 0 || apiHash === '' ? 'API_ID_INVALID' : undefined);
  if (refused !== undefined) throw new RpcRefusal(400, refused);
}

/** Logs the device in, or asks for the password first if the account has one. */
export function admit({ device }: RpcContext, account: Account, passwords: Passwords): TlObject {
  const isRemoved = account.kind === 'password_removed' && device.awaitingPassword?.id === account.id;
  if (isRemoved) return logIn({ device }, account);
  if (passwords.has(account)) {
    device.awaitingPassword = account;
    throw new RpcRefusal(401, 'SESSION_PASSWORD_NEEDED');
  }
  return logIn({ device }, account);
}

/** Logs the device in; what it was logged in with before is forgotten. */
export function logIn({ device }: Pick<RpcContext, 'device'>, account: Account): TlObject {
  device.account = account;
  device.awaitingPassword = undefined;
  device.revokedAs = undefined;
  return { _: 'auth.authorization', user: userOf(account, true) };
}
