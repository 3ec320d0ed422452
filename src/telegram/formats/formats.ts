import type { Secret } from '../../base/secret.js';
import type { ExportedSession } from './format.js';
import { writeGotdSession } from './gotd.js';
import { writeGramjsSession } from './gramjs.js';
import { writeMautrixSession } from './mautrix.js';
import { writeMtcuteSession } from './mtcute.js';
import { writePyrogramSession } from './pyrogram.js';
import { writeTelethonSession } from './telethon.js';

const writers = {
  mautrix: writeMautrixSession,
  gramjs: writeGramjsSession,
  telethon: writeTelethonSession,
  mtcute: writeMtcuteSession,
  gotd: writeGotdSession,
  pyrogram: writePyrogramSession,
} as const;

/** The name of a session format. */
export type SessionFormat = keyof typeof writers;

/** Returns the session in this format. Any client that has the result is logged in. */
export function writeSession(format: SessionFormat, session: ExportedSession): Secret {
  return writers[format](session);
}
