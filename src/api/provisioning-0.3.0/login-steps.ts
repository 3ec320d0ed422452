import { deliveryNote } from '../provisioning/code-delivery.js';
import { bodyOf } from '../provisioning/dialect.js';
import { describeDuration } from '../provisioning/duration.js';
import { loginSteps } from '../provisioning/login-steps.js';
import { describePhoneStatus } from '../provisioning/phone-proofs.js';
import { errorShapes } from './error-shapes.js';
import { codeOnItsWay, loggedIn, loggedInByPhone, mxidParameter, passwordNeeded, requestBody } from './shapes.js';

/** The steps of a login in version 0.3.0. `add_phone` is an extension of the specification. */
export const { requestCode, sendCode, sendPassword, botToken, addPhone } = loginSteps({
  base: '/login/{mxid}',
  mxidParameter,
  operationIds: {
    request_code: 'post_login_phone',
    send_code: 'post_login_code',
    send_password: 'post_login_password',
    bot_token: 'post_bot_token',
    add_phone: 'post_add_phone',
  },
  errorShapes,
  body: requestBody,
  replies: {
    completed: bodyOf(loggedInByPhone, async ({ phoneProofs }, owner, user) => ({
      state: 'logged-in' as const,
      username: user.username,
      ...(await describePhoneStatus('add_phone', phoneProofs, owner, user)),
    })),
    botCompleted: bodyOf(loggedIn, (_deps, _owner, { username }) => ({ state: 'logged-in' as const, username })),
    codeSent: bodyOf(codeOnItsWay, (code, now) => {
      const message = code.fresh
        ? 'Code requested successfully.'
        : `A code is already on its way. You can request another one in ${describeDuration(code.resendAt - now)}.`;
      return { state: 'code' as const, message: message + deliveryNote(code) };
    }),
    passwordNeeded: bodyOf(passwordNeeded, () => ({
      state: 'password' as const,
      // The text of the original server, with its grammatical mistake.
      message: 'Code accepted, but you have 2-factor authentication is enabled.',
    })),
  },
  words: {
    requestCode:
      'If a code was sent and Telegram does not allow another yet, no request is sent to Telegram, and `message` ' +
      'contains how long to wait. Another phone number starts a new login.',
    codeRequested: 'Code requested successfully',
    addPhone: 'Not part of the specification. Served unless `threepids.from_telegram` is `off`.',
  },
  restate: (error) => error,
});
