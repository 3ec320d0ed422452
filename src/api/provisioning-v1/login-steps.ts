import type { z } from 'zod';
import { LoginFailure } from '../../login/failure.js';
import type { LoginInput, SentCode } from '../../login/processes.js';
import { codeDeliveryFields, deliveryNote } from '../provisioning/code-delivery.js';
import { bodyOf } from '../provisioning/dialect.js';
import { describeDuration } from '../provisioning/duration.js';
import { loginSteps } from '../provisioning/login-steps.js';
import { errorShapes } from './error-shapes.js';
import { VersionOneFailure } from './failure.js';
import { codeOnItsWay, loggedIn, mxidParameter, passwordNeeded, stepBody, wireLogin } from './shapes.js';

/** The steps of a login in version 1. `add_phone` is an extension of the original API. */
export const { requestCode, sendCode, sendPassword, botToken, addPhone } = loginSteps({
  base: '/user/{mxid}/login',
  mxidParameter,
  operationIds: {
    request_code: 'request_code',
    send_code: 'send_code',
    send_password: 'send_password',
    bot_token: 'bot_token',
    add_phone: 'add_phone',
  },
  errorShapes,
  body: stepBody,
  replies: {
    completed: bodyOf(loggedIn, wireLogin),
    botCompleted: bodyOf(loggedIn, wireLogin),
    codeSent: bodyOf(codeOnItsWay, wireCode),
    passwordNeeded: bodyOf(passwordNeeded, ({ hint }) => ({
      state: 'password' as const,
      message: 'Code accepted, but you have 2-factor authentication enabled. Please enter your password.',
      hint,
    })),
  },
  words: {
    requestCode:
      'If a code was sent and Telegram does not allow another yet, no request is sent to Telegram, and ' +
      '`code.is_new` is false. `code` describes how the code was sent; `resend_code` sends it another way. ' +
      'Another phone number starts a new login.',
    codeRequested: 'Code requested',
    sendPassword: 'Also continues a QR login that requires the password.',
    addPhone: 'An extension of the original API. Served unless `threepids.from_telegram` is `off`.',
  },
  restate,
});

// Maps errors whose status or text in the original differs by the step.
function restate(error: unknown, input: LoginInput): unknown {
  if (!(error instanceof LoginFailure)) return error;
  const { kind } = error.details;
  if (input.kind === 'code' && kind === 'phone_number_unoccupied') {
    return new VersionOneFailure({ kind: 'phone_number_unoccupied_at_code' }, { cause: error });
  }
  if (input.kind === 'phone' && kind === 'phone_number_invalid' && (input.phone ?? '').trim() === '') {
    return new VersionOneFailure({ kind: 'phone_number_missing' }, { cause: error });
  }
  return error;
}

/** Returns the reply about a code that was sent. `now` is in epoch milliseconds. */
export function wireCode(code: SentCode, now: number): z.input<typeof codeOnItsWay> {
  const note = deliveryNote(code);
  const requested =
    note === ''
      ? 'Code requested successfully. Check your SMS or Telegram app and enter the code below.'
      : `Code requested successfully.${note}`;
  const message = code.fresh
    ? requested
    : `A code is already on its way. You can request another one in ${describeDuration(code.resendAt - now)}.${note}`;
  return { state: 'code', message, code: codeDeliveryFields(code, now) };
}
