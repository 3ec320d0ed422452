import type { AddressTexts } from './address-texts.js';
import type { AddressProblem, ProblemText } from './problems.js';

/** German. */
export const addressesDe: AddressTexts = {
  title: 'E-Mail-Adressen und Telefonnummern',
  intro: 'Du kannst dich bei Matrix mit jeder davon anmelden, statt mit deiner Matrix-ID.',
  none: 'Dein Matrix-Konto hat noch keine E-Mail-Adresse und keine Telefonnummer.',
  noneHere: 'In diesem Dienst ist keine gespeichert.',
  remove: 'Entfernen',
  removeSubmit: (address) => `${address} entfernen`,
  all: 'Die deines Homeservers zeigen',
  allHint: 'Dein Homeserver kann weitere haben. Er nennt sie, wenn du dein Passwort eingibst.',
  allSubmit: 'Alle zeigen',
  add: {
    email: { title: 'E-Mail-Adresse hinzufügen', label: 'E-Mail-Adresse', submit: 'Mail senden' },
    msisdn: { title: 'Telefonnummer hinzufügen', label: 'Telefonnummer', submit: 'Code anfordern' },
  },
  unchangeable: 'Hier kannst du sie nicht ändern. Nimm deine Matrix-App oder frage den Betreiber dieses Servers.',
  pending: {
    title: { email: 'E-Mail-Adresse bestätigen', msisdn: 'Telefonnummer bestätigen' },
    sent: {
      email: (address) =>
        `Wir haben eine Mail an ${address} geschickt. Öffne den Link darin und bestätige dort. Kehre dann hierher zurück.`,
      msisdn: (address) => `Wir haben einen Code an ${address} geschickt.`,
    },
    confirmed: (address) => `${address} ist bestätigt. Gib dein Matrix-Passwort ein, um sie hinzuzufügen.`,
    submit: 'Zu meinem Matrix-Konto hinzufügen',
    resend: { email: 'Noch eine Mail senden', msisdn: 'Noch einen Code senden' },
  },
  done: {
    address_added: 'Sie ist hinzugefügt. Du kannst dich jetzt damit bei Matrix anmelden.',
    address_removed: 'Sie ist entfernt und meldet dich nicht mehr bei Matrix an.',
  },
};

/** German. */
export const addressProblemsDe: Readonly<Record<AddressProblem, ProblemText>> = {
  email_invalid: 'Die E-Mail-Adresse ist ungültig. Gib sie in der Form name@example.org ein.',
  address_in_use: 'Sie gehört schon zu einem Matrix-Konto. Entferne sie dort oder gib eine andere ein.',
  address_changes_disabled: 'Änderungen sind hier ausgeschaltet. Frage den Betreiber dieses Servers.',
  address_not_confirmed:
    'Sie ist noch nicht bestätigt. Öffne den Link in der neuesten Mail, bestätige dort und versuche es noch einmal.',
  medium_unsupported: 'Dieser Server kann solche Nachrichten nicht senden. Frage den Betreiber.',
  destination_refused: 'Dieser Server schickt keine Codes an Telefonnummern dieses Landes. Nimm eine andere.',
  send_failed:
    'Die Nachricht konnte nicht gesendet werden. Prüfe deine Eingabe und versuche es in ein paar Minuten noch einmal.',
  messages_too_often: ({ wait }) => `Es wurden zu viele Nachrichten angefordert. Versuche es in ${wait} noch einmal.`,
  confirmation_code_missing: 'Gib den Code aus der Nachricht ein.',
  confirmation_code_wrong: 'Der Code ist falsch. Gib den Code aus der neuesten Nachricht ein.',
  confirmation_code_used_up: ({ wait }) => `Es gab zu viele falsche Codes. Fordere in ${wait} einen neuen an.`,
  confirmation_over: 'Diese Bestätigung ist vorbei oder wurde in einem anderen Browser begonnen. Beginne noch einmal.',
  matrix_password_missing: 'Gib das Passwort deines Matrix-Kontos ein.',
  matrix_password_wrong: 'Das Matrix-Passwort ist falsch. Gib es noch einmal ein.',
  password_not_enough: 'Dein Homeserver verlangt dafür mehr als das Passwort. Nimm stattdessen deine Matrix-App.',
  homeserver_refused: ({ message }) => `Dein Homeserver hat das abgelehnt: ${message}`,
};
