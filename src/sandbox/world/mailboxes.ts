import type { Account } from './accounts.js';
import { firstChatMessageId, sandboxGroup } from './contacts.js';

/** A basic group that an account created. */
export interface CreatedChat {
  readonly id: bigint;
  readonly title: string;
  /** Seconds since 1970. */
  readonly date: number;
  /** The message that announces it. */
  readonly messageId: number;
  /** User IDs, the creator first. */
  readonly members: readonly bigint[];
}

/**
 * What an account has added to its messages: counters and groups. The messages themselves are not
 * kept.
 */
export interface Mailbox {
  /**
   * The number of the newest event in the account's message box (core.telegram.org/api/updates).
   */
  readonly pts: number;
  /** Counts one event more and returns the ID of its message. */
  addMessage(): number;
  createChat(title: string, members: readonly bigint[], date: number): CreatedChat;
  chats(): readonly CreatedChat[];
  findChat(id: bigint): CreatedChat | undefined;
}

export interface Mailboxes {
  of(account: Account): Mailbox;
  clear(): void;
}

export function createMailboxes(): Mailboxes {
  const mailboxes = new Map<bigint, Mailbox>();
  let lastChatId = sandboxGroup.id;

  function createMailbox(): Mailbox {
    const chats = new Map<bigint, CreatedChat>();
    let pts = 1;
    const addMessage = () => {
      pts += 1;
      return firstChatMessageId + pts;
    };
    return {
      get pts() {
        return pts;
      },
      addMessage,
      createChat(title, members, date) {
        lastChatId += 1n;
        const created: CreatedChat = { id: lastChatId, title, date, members, messageId: addMessage() };
        chats.set(created.id, created);
        return created;
      },
      chats: () => [...chats.values()],
      findChat: (id) => chats.get(id),
    };
  }

  return {
    of({ id }) {
      const mailbox = mailboxes.get(id) ?? createMailbox();
      mailboxes.set(id, mailbox);
      return mailbox;
    },
    clear: () => mailboxes.clear(),
  };
}
