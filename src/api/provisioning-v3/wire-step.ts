import { z } from 'zod';
import type { Mxid } from '../../base/mxid.js';
import type { Complaint, LoginProgress, SentCode } from '../../login/processes.js';
import { awaitHandOver, handOverReason, handOverStatus } from '../provisioning/hand-over.js';
import { phoneStatus, describePhoneStatus } from '../provisioning/phone-proofs.js';
import type { AccountUser } from '../provisioning/telegram-person.js';
import { describeDelivery, codeDeliveryFields, codeDelivery } from '../provisioning/code-delivery.js';
import type { EndpointDeps } from './deps.js';
import { loginErrors } from './errors.js';
import { remoteName } from './remote-name.js';
import { fieldIds, stepIds } from './step-ids.js';

const field = z
  .object({
    type: z.enum(['phone_number', '2fa_code', 'password', 'token']),
    id: z.string().meta({ description: 'The key of the value in the body of the next request.' }),
    name: z.string(),
    description: z.string(),
    pattern: z.string().optional().meta({ description: 'A regular expression that the value must match.' }),
  })
  .meta({ title: 'InputField' });

const complaints = [
  'phone_number_invalid',
  'phone_number_banned',
  'phone_number_unoccupied',
  'phone_number_app_signup_forbidden',
  'login_email_required',
  'payment_required',
  'phone_code_unavailable',
  'phone_code_invalid',
  'phone_code_expired',
  'password_invalid',
  'bot_token_invalid',
  'bot_token_expired',
  'account_deactivated',
  'account_frozen',
  'login_revoked',
] as const satisfies readonly Complaint[];

/** A step of a login process. Its members depend on `type`. */
export const loginStep = z
  .object({
    login_id: z.string().meta({ description: 'The ID of the login process.' }),
    type: z.enum(['user_input', 'display_and_wait', 'complete']),
    step_id: z.enum(Object.values(stepIds)),
    txn_id: z.string().meta({
      description: 'The ID of this step. Send it as `txn_id` in the query of the answer to make retries safe.',
    }),
    instructions: z.string().meta({ description: 'Instructions to show to the user; can be empty.' }),
    user_input: z
      .object({ fields: z.array(field), attachments: z.null() })
      .optional()
      .meta({ description: 'The fields to fill in.' }),
    display_and_wait: z
      .object({ type: z.literal('qr'), data: z.string().meta({ description: 'The data to show as a QR code.' }) })
      .optional()
      .meta({ description: 'The data to show while waiting.' }),
    complete: z
      .object({ user_login_id: z.string().meta({ description: 'The ID of the login: the Telegram user ID.' }) })
      .optional()
      .meta({ description: 'The completed login.' }),
    'gangway.code': codeDelivery
      .optional()
      .meta({ description: 'With the code step: how the code was sent. An extension of the original API.' }),
    'gangway.password_hint': z.string().optional().meta({
      description: 'With the password step: the password hint that the user has set. An extension of the original API.',
    }),
    'gangway.expires_in': z
      .int()
      .optional()
      .meta({ description: 'With the QR step: seconds until the QR code expires. An extension of the original API.' }),
    'gangway.add_phone': phoneStatus,
    'gangway.hand_over': handOverStatus,
    'gangway.hand_over_reason': handOverReason,
    'gangway.complaint': z.enum(complaints).optional().meta({
      description: 'Why this is not the next step: the error of the previous answer. An extension of the original API.',
    }),
  })
  .meta({ title: 'LoginStep' });

/** A step on the wire. */
export type WireStep = z.input<typeof loginStep>;

/** Complaints whose text differs from that of the error of the same kind. */
const instructionsOf: Readonly<Partial<Record<Complaint, string>>> = {
  phone_code_expired: 'The code has expired. Please request a new one.',
  phone_number_unoccupied: 'That phone number has not been registered with Telegram.',
  login_revoked: 'Telegram has ended the login. Please start again.',
};

function instructionOf(complaint: Complaint): string {
  const { error } = loginErrors[complaint];
  return instructionsOf[complaint] ?? error;
}

/** The field names for codes that are not digits. */
const fieldNames: Readonly<Partial<Record<SentCode['delivery'], string>>> = { sms_word: 'Word', sms_phrase: 'Phrase' };

/** Returns the current step of a login process on the wire. */
export async function wireStep(deps: EndpointDeps, owner: Mxid, progress: LoginProgress): Promise<WireStep> {
  const { loginId, step, stepNumber, complaint } = progress;
  const { type, step_id, instructions, ...shown } = shownStep(progress, deps.clock.now());
  return {
    login_id: loginId,
    type,
    step_id,
    txn_id: transactionOf(stepNumber),
    instructions: complaint === null ? instructions : instructionOf(complaint),
    ...shown,
    ...(step.kind === 'complete' ? await completedFields(deps, owner, step.user) : {}),
    ...(complaint === null ? {} : { 'gangway.complaint': complaint }),
  };
}

async function completedFields({ phoneProofs, handOver }: EndpointDeps, owner: Mxid, user: AccountUser) {
  const handedOver = await awaitHandOver('gangway.', handOver, owner, user);
  return { ...(await describePhoneStatus('gangway.add_phone', phoneProofs, owner, user)), ...handedOver };
}

/** Returns the transaction ID of a step number. */
function transactionOf(stepNumber: number): string {
  return `bls_${stepNumber}`;
}

/** Returns the step number of a transaction ID; undefined if it is not one. */
export function findStepNumber(transaction: string): number | undefined {
  const number = Number(/^bls_([1-9]\d{0,8})$/.exec(transaction)?.[1]);
  return Number.isNaN(number) ? undefined : number;
}

type ShownStep = Omit<WireStep, 'login_id' | 'txn_id'>;

function shownStep({ step, complaint }: LoginProgress, now: number): ShownStep {
  switch (step.kind) {
    case 'phone':
      return asks(stepIds.phone, '', {
        type: 'phone_number',
        id: fieldIds.phone,
        name: 'Phone number',
        description: 'Include the country code with +',
      });
    case 'code':
      return {
        ...asks(complaint === 'phone_code_invalid' ? stepIds.codeIncorrect : stepIds.code, '', {
          type: '2fa_code',
          id: fieldIds.code,
          name: fieldNames[step.code.delivery] ?? 'Code',
          description: describeDelivery(step.code),
        }),
        'gangway.code': codeDeliveryFields(step.code, now),
      };
    case 'password':
      return {
        ...asks(
          complaint === 'password_invalid' ? stepIds.passwordIncorrect : stepIds.password,
          'You have two-factor authentication enabled.',
          {
            type: 'password',
            id: fieldIds.password,
            name: 'Password',
            description: step.hint === null ? '' : `Hint: ${step.hint}`,
          },
        ),
        ...(step.hint === null ? {} : { 'gangway.password_hint': step.hint }),
      };
    case 'bot_token':
      return asks(stepIds.botToken, '', {
        type: 'token',
        id: fieldIds.botToken,
        name: 'Bot token',
        description: 'What @BotFather gave you',
        pattern: String.raw`^\d+:[A-Za-z0-9_-]{35}$`,
      });
    case 'qr':
      return {
        type: 'display_and_wait',
        step_id: stepIds.qr,
        instructions: 'Scan the QR code on your phone to log in',
        display_and_wait: { type: 'qr', data: step.url.reveal() },
        'gangway.expires_in': Math.max(0, Math.floor((step.expiresAt - now) / 1000)),
      };
    case 'complete':
      return {
        type: 'complete',
        step_id: stepIds.complete,
        instructions: `Successfully logged in as ${remoteName(step.user)} (\`${step.user.id}\`)`,
        complete: { user_login_id: step.user.id },
      };
  }
}

function asks(stepId: WireStep['step_id'], instructions: string, asked: z.input<typeof field>): ShownStep {
  return { type: 'user_input', step_id: stepId, instructions, user_input: { fields: [asked], attachments: null } };
}
