import type { PageTexts } from './page-texts.js';

/** English. */
export const en: PageTexts = {
  confirmTitle: {
    address: { email: 'Confirm your e-mail address', msisdn: 'Confirm your phone number' },
    password: { email: 'Allow a new password', msisdn: 'Allow a new password' },
  },
  confirmText: {
    address: {
      email: ({ address, service }) =>
        `Someone, most likely you, asked ${service} to use the e-mail address ${address} with Matrix.`,
      msisdn: ({ address, service }) =>
        `Someone, most likely you, asked ${service} to use the phone number ${address} with Matrix.`,
    },
    password: {
      email: ({ address, service }) =>
        `Someone, most likely you, asked ${service} to set a new password for the Matrix account of ${address}.`,
      msisdn: ({ address, service }) =>
        `Someone, most likely you, asked ${service} to set a new password for the Matrix account of ${address}.`,
    },
  },
  requestedFrom: (server) => `The request came from a Matrix user of ${server}.`,
  confirmAdvice: 'If it was not you, close this page. Nothing happens then.',
  confirmButton: 'Confirm',
  operatedFor: ({ service, operator }) => `${service} is operated for the Matrix server ${operator}.`,
  provenTitle: { email: 'Your e-mail address is confirmed', msisdn: 'Your phone number is confirmed' },
  provenText: 'You can close this page and go back to your app.',
  continueLink: 'Continue',
  failures: {
    expired: {
      title: 'This link has expired',
      text: 'Links like this are valid for a limited time. Go back to your app and ask for a new one.',
    },
    unfit: {
      title: 'This link does not work',
      text: 'It is incomplete, was used already, or is no longer valid. Open the whole link from the latest message, or go back to your app and ask for a new one.',
    },
    too_many: {
      title: 'Too many attempts',
      text: 'Please wait for a while. Then go back to your app and ask for a new link or code.',
    },
    trouble: {
      title: 'Something went wrong',
      text: 'This is our fault, not yours. Please try again in a few minutes.',
    },
  },
};
