import { z } from 'zod';
import { PhoneNumber } from '../base/phone.js';
import { Secret } from '../base/secret.js';
import type { CodeDelivery, TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { LoginState } from './machine.js';
import type { TelegramSession } from '../telegram/gateway.js';

const secret = z.string().transform((text) => new Secret(text));
const phone = z.string().transform((text, context) => {
  const number = PhoneNumber.parse(text);
  if (!number) context.addIssue('not a phone number');
  return number ?? z.NEVER;
});
const deliveries = [
  'app',
  'sms',
  'call',
  'flash_call',
  'missed_call',
  'email',
  'fragment',
  'other',
] as const satisfies CodeDelivery[];

const stateForm = z.discriminatedUnion('step', [
  z.object({
    step: z.literal('code'),
    phone,
    session: secret,
    phoneCodeHash: secret,
    sent: z.object({
      delivery: z.enum(deliveries),
      length: z.number().nullable(),
      nextDelivery: z.enum(deliveries).nullable(),
      resendAt: z.number(),
    }),
  }),
  z.object({ step: z.literal('password'), phone, session: secret, code: secret, hint: z.string().nullable() }),
  z.object({ step: z.literal('over'), session: secret }),
]);

const userForm = z.object({
  id: z.string().transform((id) => id as TelegramUserId),
  username: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  phone: phone.nullable(),
  isBot: z.boolean(),
});

/** What is stored of a login: where it stands, or that it is over and its session still to be ended at Telegram. */
export type StoredState = LoginState | { readonly step: 'over'; readonly session: TelegramSession };

/** The state as it is stored: JSON with every secret in it, so it goes only where it is sealed. */
export function writeState(state: StoredState): Secret {
  return write(state);
}

/** Throws where the text was not written by writeState: that is a defect. */
export function readState(stored: Secret): StoredState {
  return read(stateForm, stored, 'login state');
}

/** The user as it is stored, phone number included: it goes only where it is sealed. */
export function writeUser(user: TelegramUser): Secret {
  return write(user);
}

/** Throws where the text was not written by writeUser: that is a defect. */
export function readUser(stored: Secret): TelegramUser {
  return read(userForm, stored, 'Telegram user');
}

/** JSON.stringify calls toJSON before its replacer, so the masked types are taken from their holder. */
function write(value: object): Secret {
  return new Secret(
    JSON.stringify(value, function (this: Record<string, unknown>, key, masked: unknown): unknown {
      const original = this[key];
      return original instanceof Secret || original instanceof PhoneNumber ? original.reveal() : masked;
    }),
  );
}

function read<T>(form: z.ZodType<T>, stored: Secret, what: string): T {
  const parsed = form.safeParse(JSON.parse(stored.reveal()));
  if (parsed.success) return parsed.data;
  throw new Error(
    `stored ${what} does not have its form: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`,
  );
}
