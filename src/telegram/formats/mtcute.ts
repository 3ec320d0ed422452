import { isIPv6 } from 'node:net';
import { Secret } from '../../base/secret.js';
import { authKeyBytes } from './auth-key.js';
import { isTestSession, type ExportedSession } from './format.js';

const version = 3;
const hasSelf = 1;
const boolTrue = 0x997275b5;
const boolFalse = 0xbc799737;

/** Returns the session as a session string of mtcute, version 3, with the user ID. */
export function writeMtcuteSession(session: ExportedSession): Secret {
  const flags = Buffer.alloc(4);
  flags.writeInt32LE(hasSelf);
  const userId = Buffer.alloc(8);
  userId.writeBigInt64LE(BigInt(session.userId));
  const isBot = Buffer.alloc(4);
  isBot.writeUInt32LE(session.isBot ? boolTrue : boolFalse);
  const parts = [
    Buffer.from([version]),
    flags,
    tlBytes(dataCentre(session)),
    userId,
    isBot,
    tlBytes(authKeyBytes(session.authKey)),
  ];
  return new Secret(Buffer.concat(parts).toString('base64url'));
}

function dataCentre(session: ExportedSession): Buffer {
  const { dcId, address, port } = session;
  const portBytes = Buffer.alloc(4);
  portBytes.writeInt32LE(port);
  const flags = (isIPv6(address) ? 1 : 0) | (isTestSession(session) ? 4 : 0);
  return Buffer.concat([Buffer.from([2, dcId, flags]), tlBytes(Buffer.from(address)), portBytes]);
}

/** Encodes the TL type `bytes`: its length, the bytes, and padding to a multiple of four. */
function tlBytes(bytes: Buffer): Buffer {
  const { length } = bytes;
  const head = length < 254 ? [length] : [254, length & 0xff, (length >> 8) & 0xff, length >> 16];
  const padding = Buffer.alloc((4 - ((head.length + length) % 4)) % 4);
  return Buffer.concat([Buffer.from(head), bytes, padding]);
}
