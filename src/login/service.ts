import type { Mxid } from '../base/mxid.js';
import type { TelegramUser } from '../telegram/shapes.js';
import type { LoginInput, LoginStep } from './shapes.js';

/** Logs Matrix users into Telegram. Every method throws LoginFailure for what is known to go wrong. */
export interface LoginService {
  /**
   * Gives `input` to the owner's login, started where `input` can be a first one, and says what comes next.
   * Checks in this order: permission, already logged in, the input, Telegram. What it answers is durable.
   */
  submit(owner: Mxid, input: LoginInput): Promise<LoginStep>;
  /** Who the owner is logged in as, asked of Telegram each time; permission is checked first. */
  whoAmI(owner: Mxid): Promise<TelegramUser>;
}
