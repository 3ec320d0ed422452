import { account } from './account.js';
import { auth } from './auth.js';
import { chats } from './chats.js';
import { help } from './help.js';
import { messages } from './messages.js';
import { stickers } from './stickers.js';
import { stories } from './stories.js';
import { updates } from './updates.js';
import { users } from './users.js';

/** The part of Telegram's API schema that the sandbox uses, by subject. */
export const apiTexts: readonly string[] = [account, auth, chats, help, messages, stickers, stories, updates, users];
