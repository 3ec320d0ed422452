import { open } from 'node:fs/promises';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { channelDown, type Channel } from './channel.js';
import type { Message } from './messenger.js';

export interface FileChannelDeps {
  /** The file, which is created if it does not exist. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Returns a channel that appends each message to a file, as one line of JSON, and delivers nothing.
 * For tests. Logs a warning.
 */
export function createFileChannel({ path, clock, logger }: FileChannelDeps): Channel<Message> {
  logger.warn('messages are written to a file and not delivered', { path });

  return {
    name: 'file',
    deadlineMs: 5_000,
    maxConcurrent: 1,

    async send(message) {
      const line = JSON.stringify({ at: new Date(clock.now()).toISOString(), ...inClear(message) });
      try {
        const file = await open(path, 'a', 0o600);
        try {
          // The file may have existed before, readable by all users.
          await file.chmod(0o600);
          await file.appendFile(`${line}\n`);
        } finally {
          await file.close();
        }
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        throw channelDown('settings_refused', `the file ${path} cannot be written: ${code}`, { cause: error });
      }
    },
  };
}

function inClear(message: Message): Readonly<Record<string, unknown>> {
  const { kind } = message;
  switch (kind) {
    case 'email_validation':
    case 'email_password_reset':
      return { kind, to: message.to, link: message.link.reveal(), token: message.token.reveal(), brand: message.brand };
    case 'phone_validation':
      return { kind, to: message.to.reveal(), code: message.code.reveal() };
    case 'email_invite':
      return {
        kind,
        to: message.to,
        link: message.link.reveal(),
        sender: message.sender,
        sender_display_name: message.senderDisplayName,
        room_name: message.roomName,
        brand: message.brand,
      };
    case 'email_in_use':
      return { kind, to: message.to, brand: message.brand };
  }
}
