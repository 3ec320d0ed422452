/** A Matrix user ID, `@localpart:server.name`. */
export type Mxid = string & { readonly __brand: 'Mxid' };
/** The server name of a Matrix homeserver, port included if there is one. */
export type ServerName = string & { readonly __brand: 'ServerName' };

const maxBytes = 255;
// Historical user IDs may hold nearly any character in the localpart, an empty one included (Matrix
// appendices, "Historical User IDs"). Half of a surrogate pair is no character.
const userId = /^@[^:\s\p{Cc}\p{Cs}]*:[^\s\p{Cc}\p{Cs}]+$/u;

/** Returns the text as a Matrix user ID, or undefined if it is none. */
export function parseMxid(text: string): Mxid | undefined {
  return Buffer.byteLength(text) <= maxBytes && userId.test(text) ? (text as Mxid) : undefined;
}

/** Returns everything after the first colon. */
export function serverNameOf(mxid: Mxid): ServerName {
  return mxid.slice(mxid.indexOf(':') + 1) as ServerName;
}
