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
        `Jemand, vermutlich du, möchte bei ${service} die E-Mail-Adresse ${address} mit Matrix verwenden.`,
      msisdn: ({ address, service }) =>
        `Jemand, vermutlich du, möchte bei ${service} die Telefonnummer ${address} mit Matrix verwenden.`,
    },
    password: {
      email: ({ address, service }) =>
        `Jemand, vermutlich du, möchte bei ${service} ein neues Passwort für das Matrix-Konto von ${address} setzen.`,
      msisdn: ({ address, service }) =>
        `Jemand, vermutlich du, möchte bei ${service} ein neues Passwort für das Matrix-Konto von ${address} setzen.`,
    },
  },
  requestedFrom: (server) => `Die Anfrage kam von einem Matrix-Konto bei ${server}.`,
  confirmAdvice: 'Wenn du das nicht warst, schließe diese Seite. Dann geschieht nichts.',
  confirmButton: 'Bestätigen',
  operatedFor: ({ service, operator }) => `${service} wird für den Matrix-Server ${operator} betrieben.`,
  provenTitle: { email: 'Deine E-Mail-Adresse ist bestätigt', msisdn: 'Deine Telefonnummer ist bestätigt' },
  provenText: 'Du kannst diese Seite schließen und zu deiner App zurückkehren.',
  continueLink: 'Weiter',
  failures: {
    expired: {
      title: 'Dieser Link ist abgelaufen',
      text: 'Solche Links gelten nur eine begrenzte Zeit. Kehre zu deiner App zurück und fordere einen neuen an.',
    },
    unfit: {
      title: 'Dieser Link funktioniert nicht',
      text: 'Er ist unvollständig, wurde schon verwendet oder gilt nicht mehr. Öffne den ganzen Link aus der neuesten Nachricht, oder fordere in deiner App einen neuen an.',
    },
    too_many: {
      title: 'Zu viele Versuche',
      text: 'Bitte warte eine Weile. Fordere dann in deiner App einen neuen Link oder Code an.',
    },
    trouble: {
      title: 'Etwas ist schiefgegangen',
      text: 'Das liegt an uns, nicht an dir. Bitte versuche es in einigen Minuten noch einmal.',
    },
  },
};
