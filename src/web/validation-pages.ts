import { html } from './html.js';
import { page } from './page.js';
import type { PageBrand } from './page-brand.js';
import type { ProvenMedium } from './texts/page-texts.js';

/** The purpose of the validation. */
export type ConfirmPurpose = 'identity' | 'account' | 'password';

/** The hidden fields of the form. */
export interface ConfirmForm {
  /** Relative to the page. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The data of the page. */
export interface ConfirmNames {
  /** The 3PID to validate, masked. */
  readonly address: string;
  /** The name of this service, such as its host. */
  readonly service: string;
  /** The server name of the homeserver that the service belongs to. */
  readonly operator: string;
  /** The server name of the user who requested the message; undefined if unknown. */
  readonly requester: string | undefined;
}

/**
 * Returns the page behind the link in a mail. Opening it completes nothing, since programs open
 * links too. Its button does.
 */
export function confirmPage(
  medium: ProvenMedium,
  names: ConfirmNames,
  { action, fields }: ConfirmForm,
  purpose: ConfirmPurpose,
  brand?: PageBrand,
) {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  const subject = purpose === 'password' ? 'password' : 'address';
  const { requester } = names;
  return page(
    200,
    (texts) => ({
      title: texts.confirmTitle[subject][medium],
      content: html`<p>${texts.confirmText[subject][medium](names)}</p>
        ${requester === undefined ? html`` : html`<p>${texts.requestedFrom(requester)}</p>`}
        <p>${texts.confirmAdvice}</p>
        <form method="post" action="${action}">
          ${inputs}
          <button type="submit">${texts.confirmButton}</button>
        </form>
        <p class="small">${texts.operatedFor(names)}</p>`,
    }),
    brand,
  );
}

/**
 * Returns the page after the validation. It redirects by itself, because browsers block redirects
 * in the reply to a form.
 */
export function provenPage(medium: ProvenMedium, nextLink: string | undefined, brand?: PageBrand) {
  return page(
    200,
    (texts) => ({
      title: texts.provenTitle[medium],
      content:
        nextLink === undefined
          ? html`<p>${texts.provenText}</p>`
          : html`<p><a class="next" href="${nextLink}">${texts.continueLink}</a></p>`,
      leadsTo: nextLink,
    }),
    brand,
  );
}

/** Returns the page after a validation without a form: a redirect to the next link. */
export function redirectPage(medium: ProvenMedium, nextLink: string, brand?: PageBrand) {
  return { ...provenPage(medium, nextLink, brand), status: 302 as const, headers: { Location: nextLink } };
}
