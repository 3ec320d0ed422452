import type { AddressTexts } from './address-texts.js';
import type { AddressProblem, ProblemText } from './problems.js';

/** English. */
export const addressesEn: AddressTexts = {
  title: 'E-mail addresses and phone numbers',
  intro: 'You can sign in to Matrix with each of them instead of your Matrix ID.',
  none: 'Your Matrix account has no e-mail address and no phone number yet.',
  noneHere: 'None is stored in this service.',
  remove: 'Remove',
  removeSubmit: (address) => `Remove ${address}`,
  all: 'Show those of your homeserver',
  allHint: 'Your homeserver may have others. It lists them after you have entered your password.',
  allSubmit: 'Show all',
  add: {
    email: { title: 'Add an e-mail address', label: 'E-mail address', submit: 'Send mail' },
    msisdn: { title: 'Add a phone number', label: 'Phone number', submit: 'Send code' },
  },
  unchangeable: 'You cannot change them on this page. Use your Matrix app, or ask the operator of this server.',
  pending: {
    title: { email: 'Confirm your e-mail address', msisdn: 'Confirm your phone number' },
    sent: {
      email: (address) =>
        `We have sent a mail to ${address}. Open the link in it and confirm there. Then return to this page.`,
      msisdn: (address) => `We have sent a code to ${address}.`,
    },
    confirmed: (address) => `${address} is confirmed. Enter your Matrix password to add it.`,
    submit: 'Add to my Matrix account',
    resend: { email: 'Send another mail', msisdn: 'Send another code' },
  },
  done: {
    address_added: 'It is added. You can now sign in to Matrix with it.',
    address_removed: 'It is removed, and no longer signs you in to Matrix.',
  },
};

/** English. */
export const addressProblemsEn: Readonly<Record<AddressProblem, ProblemText>> = {
  email_invalid: 'Invalid e-mail address. Enter it in the form name@example.org.',
  address_in_use: 'It already belongs to a Matrix account. Remove it there, or enter another one.',
  address_changes_disabled: 'Changes are disabled here. Ask the operator of this server.',
  address_not_confirmed: 'It is not confirmed yet. Open the link in the newest mail, confirm there, and try again.',
  medium_unsupported: 'This server cannot send such messages. Ask its operator.',
  destination_refused: 'This server sends no codes to phone numbers of this country. Use another one.',
  send_failed: 'The message could not be sent. Check what you have entered, and try again in a few minutes.',
  messages_too_often: ({ wait }) => `Too many messages were requested. Try again in ${wait}.`,
  confirmation_code_missing: 'Enter the code from the message.',
  confirmation_code_wrong: 'The code is wrong. Enter the code from the newest message.',
  confirmation_code_used_up: ({ wait }) => `There were too many wrong codes. Request another one in ${wait}.`,
  confirmation_over: 'This confirmation is over, or was started in another browser. Start again.',
  matrix_password_missing: 'Enter the password of your Matrix account.',
  matrix_password_wrong: 'The Matrix password is wrong. Enter it again.',
  password_not_enough: 'Your homeserver requires more than the password for this. Use your Matrix app instead.',
  homeserver_refused: ({ message }) => `Your homeserver refused this: ${message}`,
};
