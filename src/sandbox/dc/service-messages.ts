import type { TlObject } from '../tl/value.js';
import type { AuthKey } from './auth-keys.js';
import type { OpenedPacket } from './envelope.js';
import { currentSalt, isValidSalt, saltsFrom } from './salts.js';

const messageTooOld = 16;
const messageTooNew = 17;
const saltIncorrect = 48;

/**
 * Returns the notification that rejects a packet whose message ID or salt is not valid at `now`
 * (epoch ms), or undefined.
 */
export function objectionTo(packet: OpenedPacket, key: AuthKey, now: number): TlObject | undefined {
  const { msgId, seqNo } = packet;
  const about = { bad_msg_id: msgId, bad_msg_seqno: seqNo };
  const skew = skewOf(msgId, now);
  if (skew !== undefined) return { _: 'bad_msg_notification', ...about, error_code: skew };
  if (isValidSalt(key, now, packet.salt)) return undefined;
  return { _: 'bad_server_salt', ...about, error_code: saltIncorrect, new_server_salt: currentSalt(key, now) };
}

/** Returns the notification of a new session. */
export function newSession(
  key: AuthKey,
  now: number,
  { firstMsgId, uniqueId }: { readonly firstMsgId: bigint; readonly uniqueId: bigint },
): TlObject {
  const salt = currentSalt(key, now);
  return { _: 'new_session_created', first_msg_id: firstMsgId, unique_id: uniqueId, server_salt: salt };
}

/** Returns the next salts of the key: between 1 and 64, as Telegram does. */
export function futureSalts(
  key: AuthKey,
  now: number,
  { requestId, count }: { readonly requestId: bigint; readonly count: number },
): TlObject {
  const salts = saltsFrom(key, now, Math.min(Math.max(count, 1), 64)).map((entry) => ({
    _: 'future_salt',
    valid_since: entry.validSince,
    valid_until: entry.validUntil,
    salt: entry.salt,
  }));
  return { _: 'future_salts', req_msg_id: requestId, now: Math.floor(now / 1000), salts };
}

// A message ID contains the time at which the message was sent.
function skewOf(msgId: bigint, nowMs: number): number | undefined {
  const ageSeconds = nowMs / 1000 - Number(msgId >> 32n);
  if (ageSeconds > 300) return messageTooOld;
  return ageSeconds < -30 ? messageTooNew : undefined;
}
