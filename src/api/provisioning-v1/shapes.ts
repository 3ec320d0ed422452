import { z } from 'zod';
import type { Mxid } from '../../base/mxid.js';
import type { PathParameter } from '../../http/endpoint.js';
import type { TelegramAccount } from '../../login/accounts.js';
import { awaitHandOver, handOverReason, handOverStatus, heldBy, sessionFields } from '../provisioning/hand-over.js';
import { phoneStatus, describePhoneStatus } from '../provisioning/phone-proofs.js';
import { fullName, wirePhone, type Contact, type AccountUser } from '../provisioning/telegram-person.js';
import { codeDelivery } from '../provisioning/code-delivery.js';
import type { StepDeps } from '../provisioning/dialect.js';

const text = (description: string) => z.string().nullable().meta({ description });
const username = text('The Telegram username; null if the account has none.');
const phone = text('The phone number without the leading plus sign; null for bots and if it is hidden.');
const id = z.int().meta({ description: 'The Telegram user ID.' });

/**
 * The Matrix ID in a path, raw or percent-encoded. It can contain slashes before its first colon
 * but none after it, so the rest of the path is not part of it.
 */
export const mxidParameter: PathParameter = {
  description: 'The Matrix ID of the user to act for, raw or percent-encoded.',
  example: '@user:example.com',
  pattern: '(?:@|%40)(?:(?:(?!:|%3[Aa]).)*(?::|%3[Aa]))?[^/]*|[^/]*',
};

/** A completed login. */
export const loggedIn = z
  .object({
    state: z.literal('logged-in'),
    username,
    phone,
    add_phone: phoneStatus,
    hand_over: handOverStatus,
    hand_over_reason: handOverReason,
  })
  .meta({ title: 'LoggedIn' });

/** A code that was sent. */
export const codeOnItsWay = z
  .object({ state: z.literal('code'), message: z.string(), code: codeDelivery })
  .meta({ title: 'CodeSent' });

/** A login that requires the two-factor password. */
export const passwordNeeded = z
  .object({
    state: z.literal('password'),
    message: z.string(),
    hint: text('The password hint that the user has set; null if none.'),
  })
  .meta({ title: 'PasswordNeeded' });

/** A Telegram user in the contacts. */
export const contactInfo = z
  .object({
    name: text('First and last name.'),
    username,
    phone,
    is_bot: z.boolean(),
    avatar_url: text('An mxc:// URI; null unless the bridge has the login and an avatar.'),
  })
  .meta({ title: 'ContactInfo' });

/** A Telegram user and the room of the direct chat. */
export const resolved = z
  .object({
    room_id: text('The room of the direct chat; null unless the bridge has the login and has created one.'),
    just_created: z.boolean(),
    id,
    contact_info: contactInfo,
  })
  .meta({ title: 'ResolvedIdentifier' });

/** The Telegram user that a Matrix user is logged in as. */
export const userInfo = z
  .object({
    id,
    username,
    first_name: z.string().nullable(),
    last_name: z.string().nullable(),
    phone,
    is_bot: z.boolean(),
    add_phone: phoneStatus,
    hand_over: handOverStatus,
    hand_over_reason: handOverReason,
    held_by: heldBy,
  })
  .meta({ title: 'UserInfo' });

/** Returns the shape of a login step's body: an object, which can be empty. */
export function stepBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape);
}

/** Returns a completed login on the wire. */
export async function wireLogin(deps: StepDeps, owner: Mxid, user: AccountUser): Promise<z.input<typeof loggedIn>> {
  return {
    state: 'logged-in',
    username: user.username,
    phone: wirePhone(user.phone),
    ...(await completedFields(deps, owner, user)),
  };
}

/**
 * Returns the phone status and the hand-over status of a completed login. Waits for the hand-over.
 */
export async function completedFields({ phoneProofs, handOver }: StepDeps, owner: Mxid, user: AccountUser) {
  const handedOver = await awaitHandOver('', handOver, owner, user);
  return { ...(await describePhoneStatus('add_phone', phoneProofs, owner, user)), ...handedOver };
}

/** Returns a contact on the wire. */
export function wireContact(contact: Contact): z.input<typeof contactInfo> {
  return {
    name: fullName(contact),
    username: contact.username,
    phone: wirePhone(contact.phone),
    is_bot: contact.isBot,
    avatar_url: contact.matrix?.avatarUrl ?? null,
  };
}

/** Returns a contact and its room, which was created by this request if `isNew`. */
export function wireResolved(contact: Contact, isNew = false): z.input<typeof resolved> {
  const room = contact.matrix?.dmRoom ?? null;
  return { room_id: room, just_created: isNew, id: Number(contact.id), contact_info: wireContact(contact) };
}

/** Returns the user's Telegram login on the wire. */
export async function wireUser(
  { phoneProofs, handOver }: StepDeps,
  owner: Mxid,
  account: TelegramAccount,
): Promise<z.input<typeof userInfo>> {
  const { user } = account;
  return {
    id: Number(user.id),
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    phone: wirePhone(user.phone),
    is_bot: user.isBot,
    ...(await describePhoneStatus('add_phone', phoneProofs, owner, user)),
    ...(await sessionFields('', handOver, owner, account)),
  };
}
