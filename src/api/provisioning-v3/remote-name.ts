import { fullName, type AccountUser } from '../provisioning/telegram-person.js';

/**
 * Returns the display name of a Telegram account in a list: its username, else its phone number,
 * else its name, else its ID.
 */
export function remoteName(user: AccountUser): string {
  return user.username ?? user.phone?.reveal() ?? fullName(user) ?? user.id;
}
