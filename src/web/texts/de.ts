import type { PageTexts } from './page-texts.js';

/** German. */
export const de: PageTexts = {
  confirmTitle: {
    address: { email: 'E-Mail-Adresse bestätigen', msisdn: 'Telefonnummer bestätigen' },
    password: { email: 'Neues Passwort erlauben', msisdn: 'Neues Passwort erlauben' },
  },
  confirmText: {
    address: {
      email: ({ address, service }) =>
        `Jemand, vermutlich Sie, möchte bei ${service} die E-Mail-Adresse ${address} mit Matrix verwenden.`,
      msisdn: ({ address, service }) =>
        `Jemand, vermutlich Sie, möchte bei ${service} die Telefonnummer ${address} mit Matrix verwenden.`,
    },
    password: {
      email: ({ address, service }) =>
        `Jemand, vermutlich Sie, möchte bei ${service} ein neues Passwort für das Matrix-Konto von ${address} setzen.`,
      msisdn: ({ address, service }) =>
        `Jemand, vermutlich Sie, möchte bei ${service} ein neues Passwort für das Matrix-Konto von ${address} setzen.`,
    },
  },
  requestedFrom: (server) => `Die Anfrage kam von einem Matrix-Konto bei ${server}.`,
  confirmAdvice: 'Wenn Sie das nicht waren, schließen Sie diese Seite. Dann geschieht nichts.',
  confirmButton: 'Bestätigen',
  operatedFor: ({ service, operator }) => `${service} wird für den Matrix-Server ${operator} betrieben.`,
  provenTitle: { email: 'Ihre E-Mail-Adresse ist bestätigt', msisdn: 'Ihre Telefonnummer ist bestätigt' },
  provenText: 'Sie können diese Seite schließen und zu Ihrer App zurückkehren.',
  continueLink: 'Weiter',
  failures: {
    expired: {
      title: 'Dieser Link ist abgelaufen',
      text: 'Solche Links gelten nur eine begrenzte Zeit. Kehren Sie zu Ihrer App zurück und fordern Sie einen neuen an.',
    },
    unfit: {
      title: 'Dieser Link funktioniert nicht',
      text: 'Er ist unvollständig, wurde schon verwendet oder gilt nicht mehr. Öffnen Sie den ganzen Link aus der neuesten Nachricht, oder fordern Sie in Ihrer App einen neuen an.',
    },
    too_many: {
      title: 'Zu viele Versuche',
      text: 'Bitte warten Sie eine Weile. Fordern Sie dann in Ihrer App einen neuen Link oder Code an.',
    },
    trouble: {
      title: 'Etwas ist schiefgegangen',
      text: 'Das liegt an uns, nicht an Ihnen. Bitte versuchen Sie es in einigen Minuten noch einmal.',
    },
  },
};
