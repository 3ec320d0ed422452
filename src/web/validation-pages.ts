import { html } from './html.js';
import { page } from './page.js';

/** What is proven. */
export type ProvenMedium = 'email' | 'msisdn';

const names = { email: 'e-mail address', msisdn: 'phone number' } as const;

/** What the proof is for. */
export type ConfirmPurpose = 'identity' | 'account' | 'password';

const addressTexts = (name: string) => ({
  title: `Confirm your ${name}`,
  request: `Somebody, most likely you, wants to use this ${name} with Matrix.`,
});
const texts: Readonly<Record<ConfirmPurpose, typeof addressTexts>> = {
  identity: addressTexts,
  account: addressTexts,
  password: (name) => ({
    title: 'Allow a new password',
    request: `Someone, most likely you, wants to set a new password for the Matrix account of this ${name}.`,
  }),
};

/** What the form of the page hands on. */
export interface ConfirmForm {
  /** Relative to the page. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The page behind the link in a mail: opening it proves nothing, for programs open links too; its button does. */
export function confirmPage(medium: ProvenMedium, { action, fields }: ConfirmForm, purpose: ConfirmPurpose) {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  const { title, request } = texts[purpose](names[medium]);
  return page(200, {
    title,
    content: html`<p>${request} If it was not you, close this page.</p>
      <form method="post" action="${action}">
        ${inputs}
        <button type="submit">Confirm</button>
      </form>`,
  });
}

/** The page after the proof. It leads on where there is somewhere to go: a redirect as the answer to a form would be stopped by browsers. */
export function provenPage(medium: ProvenMedium, nextLink: string | undefined) {
  const title = `Your ${names[medium]} is confirmed`;
  if (nextLink === undefined) {
    return page(200, { title, content: html`<p>You can close this page and go back to your app.</p>` });
  }
  const content = html`<p><a class="next" href="${nextLink}">Continue</a></p>`;
  return page(200, { title, content, leadsTo: nextLink });
}

/** The page after the proof where no form was sent: the browser goes on to the next link. */
export function redirectPage(medium: ProvenMedium, nextLink: string) {
  const content = html`<p><a class="next" href="${nextLink}">Continue</a></p>`;
  return { ...page(302, { title: `Your ${names[medium]} is confirmed`, content }), headers: { Location: nextLink } };
}
