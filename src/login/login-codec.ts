import { z } from 'zod';
import { PhoneNumber } from '../base/phone.js';
import { Secret } from '../base/secret.js';
import { codeDeliveries, type TelegramUser, type TelegramUserId } from '../telegram/shapes.js';
import type { LoginState } from './machine.js';
import { inputKinds, type LoginEnd, type ProcessMeta } from './process-meta.js';
import { complaints } from './processes.js';
import type { TelegramSession } from '../telegram/gateway.js';

const secret = z.string().transform((text) => new Secret(text));
const phone = z.string().transform((text, context) => {
  const number = PhoneNumber.parse(text);
  if (!number) context.addIssue('not a phone number');
  return number ?? z.NEVER;
});
const telegramUserId = z.string().transform((id) => id as TelegramUserId);
const userForm = z.object({
  id: telegramUserId,
  username: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  phone: phone.nullable(),
  isBot: z.boolean(),
});

const session = secret;
const stateForm = z.discriminatedUnion('step', [
  z.object({ step: z.literal('phone') }),
  z.object({ step: z.literal('bot_token') }),
  z.object({ step: z.literal('qr_wanted') }),
  z.object({ step: z.literal('qr'), session, token: secret, expiresAt: z.number(), scanned: secret.nullable() }),
  z.object({
    step: z.literal('code'),
    phone,
    session,
    phoneCodeHash: secret,
    sent: z.object({
      delivery: z.enum(codeDeliveries),
      length: z.number().nullable(),
      hint: z.string().nullable().default(null),
      nextDelivery: z.enum(codeDeliveries).nullable(),
      resendAt: z.number(),
    }),
  }),
  z.object({
    step: z.literal('password'),
    phone: phone.nullable(),
    session,
    code: secret.nullable(),
    codeHash: secret.nullable().default(null),
    codeDelivery: z.enum(codeDeliveries).default('app'),
    hint: z.string().nullable(),
  }),
  z.object({ step: z.literal('over'), session: secret.nullable(), finishedBy: z.string().nullable().default(null) }),
]);

const answerForm = z.object({ stepNumber: z.number(), kind: z.enum(inputKinds), digest: z.string() });
const metaForm = z.object({
  flow: z.enum(['phone', 'qr', 'bot']),
  stepNumber: z.number(),
  complaint: z.enum(complaints).nullable(),
  fresh: z.boolean(),
  replacing: telegramUserId.nullable(),
  onlyIfLoggedOut: z.boolean().default(false),
  lastAnswer: answerForm.nullable(),
});
const endForm = z.discriminatedUnion('how', [
  z.object({ how: z.literal('cancelled') }),
  z.object({ how: z.literal('timed_out') }),
  z.object({ how: z.literal('finished'), user: userForm }),
]);
const recordForm = z.intersection(
  stateForm,
  z
    .object({
      meta: metaForm.nullish(),
      /** The key of `meta` in records of earlier versions. */
      name: metaForm.nullish(),
      end: endForm.nullable().default(null),
    })
    .transform(({ meta, name, end }) => ({ meta: meta ?? name ?? null, end })),
);

interface OverState {
  readonly step: 'over';
  readonly session: TelegramSession | null;
  /** The digest of the input that completed a login, while it is kept. */
  readonly finishedBy?: string | null;
}

/**
 * The stored form of a login process: its state, or that it has ended, with the session that is
 * still to be ended at Telegram.
 */
export type StoredState = (LoginState | OverState) & {
  readonly meta: ProcessMeta | null;
  /** How a login process with metadata ended; null while it is in progress. */
  readonly end: LoginEnd | null;
};

/** Returns the stored form: JSON with all secrets. Store it sealed only. */
export function writeState(state: StoredState): Secret {
  return write(state);
}

/** Throws if the text was not written by writeState: that is a defect. */
export function readState(stored: Secret): StoredState {
  return read(recordForm, stored, 'login state');
}

/** Returns the session of a login process in progress, or the one still to be ended. */
export function sessionIn(state: StoredState): TelegramSession | null {
  return 'session' in state ? state.session : null;
}

/** Returns the stored form of the user, phone number included. Store it sealed only. */
export function writeUser(user: TelegramUser): Secret {
  return write(user);
}

/** Throws if the text was not written by writeUser: that is a defect. */
export function readUser(stored: Secret): TelegramUser {
  return read(userForm, stored, 'Telegram user');
}

/**
 * JSON.stringify calls toJSON before its replacer, so the values of masked types are read from
 * their holder.
 */
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
