/** The number of pending invites to one 3PID. One signed association contains all of them. */
export const maxPendingInvites = 200;

/** How long an invite stays pending. */
export const keepInvitesMs = 365 * 86_400_000;

/** Room IDs are opaque, but one that cannot be signed would block the whole association. */
const roomIdForm = /^[^\s\p{Cc}\p{Cs}]{1,255}$/u;

/** Returns whether the text can be the ID of a room. */
export function isRoomId(text: string): boolean {
  return roomIdForm.test(text);
}
