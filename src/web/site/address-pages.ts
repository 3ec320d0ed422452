import { html, type Html } from '../html.js';
import type { AddressTexts } from './address-texts.js';
import type { SiteProblem } from './problems.js';
import { fieldOf, postForm, sitePage, type ShownProblem, type SiteFrame } from './site-page.js';
import type { SiteTexts } from './site-texts.js';

type Medium = 'email' | 'msisdn';

/** A 3PID of the Matrix account. */
export interface ShownAddress {
  readonly medium: string;
  readonly address: string;
  /** As users write it: phone numbers with the plus sign. */
  readonly text: string;
}

/** What the list of 3PIDs shows. */
export interface ShownAddresses {
  readonly addresses: readonly ShownAddress[];
  /** The media to which messages can be sent. */
  readonly media: readonly Medium[];
  /** Whether the user can prove to be the owner of the account, by a password. */
  readonly canChange: boolean;
  /** Whether the homeserver may have others. */
  readonly isPartial: boolean;
  readonly done: keyof AddressTexts['done'] | undefined;
  readonly problem: ShownProblem | undefined;
  /** What the user has typed. */
  readonly typed: { readonly medium: Medium; readonly address: string } | undefined;
}

const path = '/addresses';
const typedWrongly: readonly SiteProblem[] = ['email_invalid', 'phone_number_invalid', 'address_in_use'];

/** Returns the page with the 3PIDs of the Matrix account. */
export function addressesPage(frame: SiteFrame, shown: ShownAddresses) {
  const { addresses, media, canChange, isPartial, done, problem } = shown;
  return sitePage(200, frame, (texts) => {
    const own = texts.addresses;
    const none = isPartial ? own.noneHere : own.none;
    const offered = canChange ? media : [];
    return {
      title: own.title,
      problem,
      ...(done === undefined ? {} : { done: own.done[done] }),
      content: html`<p>${own.intro}</p>
        ${addresses.length === 0 ? html`<p>${none}</p>` : html``}
        ${addresses.map((address, index) => addressCard(frame, address, index, canChange, texts))}
        ${isPartial && canChange ? allForm(frame, texts) : html``}
        ${offered.map((medium) => addForm(frame, medium, shown, texts))}
        ${offered.length === 0 ? html`<p>${own.unchangeable}</p>` : html``}
        <p><a href="${frame.base}/">${texts.back}</a></p>`,
    };
  });
}

function addressCard(
  frame: SiteFrame,
  { medium, address, text }: ShownAddress,
  index: number,
  canChange: boolean,
  texts: SiteTexts,
): Html {
  const own = texts.addresses;
  const form = postForm(
    frame,
    `${path}/remove`,
    html`<input type="hidden" name="medium" value="${medium}" />
      <input type="hidden" name="address" value="${address}" />
      ${passwordField(`password-${index}`, texts)}
      <button class="second" type="submit">${own.removeSubmit(text)}</button>`,
  );
  return html`<section class="card" aria-labelledby="address-${String(index)}">
    <h2 id="address-${String(index)}">${text}</h2>
    ${
      canChange
        ? html`<details>
            <summary>${own.remove}</summary>
            ${form}
          </details>`
        : html``
    }
  </section>`;
}

function allForm(frame: SiteFrame, texts: SiteTexts): Html {
  const own = texts.addresses;
  const form = postForm(
    frame,
    `${path}/all`,
    html`${passwordField('password-all', texts)}<button class="second" type="submit">${own.allSubmit}</button>`,
  );
  return html`<details class="card">
    <summary>${own.all}</summary>
    <p class="small">${own.allHint}</p>
    ${form}
  </details>`;
}

function addForm(frame: SiteFrame, medium: Medium, { problem, typed }: ShownAddresses, texts: SiteTexts): Html {
  const { title, label, submit } = texts.addresses.add[medium];
  const isTyped = typed?.medium === medium;
  const field = fieldOf({
    id: `add-${medium}`,
    name: 'address',
    label,
    ...(medium === 'msisdn' ? { hint: texts.phone.hint } : {}),
    type: medium === 'email' ? 'email' : 'tel',
    autocomplete: medium === 'email' ? 'email' : 'tel',
    inputmode: medium === 'email' ? 'email' : 'tel',
    value: isTyped ? typed.address : undefined,
    isWrong: isTyped && problem !== undefined && typedWrongly.includes(problem.problem),
  });
  return html`<section class="card" aria-labelledby="title-${medium}">
    <h2 id="title-${medium}">${title}</h2>
    ${postForm(
      frame,
      path,
      html`<input type="hidden" name="medium" value="${medium}" />
        ${field}
        <button type="submit">${submit}</button>`,
    )}
  </section>`;
}

function passwordField(id: string, { signIn }: SiteTexts, isWrong = false): Html {
  return fieldOf({
    id,
    name: 'password',
    label: signIn.password,
    hint: signIn.passwordHint,
    type: 'password',
    autocomplete: 'current-password',
    isWrong,
  });
}

/** A validation session, as its page shows it. */
export interface ShownPending {
  readonly sid: string;
  readonly medium: Medium;
  readonly text: string;
  /** Undefined if only the homeserver can answer this. */
  readonly isValidated: boolean | undefined;
  readonly problem?: ShownProblem;
}

/** Returns the page on which the user confirms an address and adds it. */
export function pendingPage(frame: SiteFrame, { sid, medium, text, isValidated, problem }: ShownPending) {
  const isAbout = (...problems: readonly SiteProblem[]) => problem !== undefined && problems.includes(problem.problem);
  return sitePage(200, frame, (texts) => {
    const { pending } = texts.addresses;
    const back = html`<p><a href="${frame.base}${path}">${texts.cancel}</a></p>`;
    const isCodeWanted = medium === 'msisdn' && isValidated !== true;
    const code = fieldOf({
      name: 'code',
      label: texts.code.labels.digits,
      type: 'text',
      autocomplete: 'one-time-code',
      inputmode: 'numeric',
      isWrong: isAbout('confirmation_code_missing', 'confirmation_code_wrong', 'confirmation_code_used_up'),
      isFirst: true,
    });
    const password = passwordField('password', texts, isAbout('matrix_password_missing', 'matrix_password_wrong'));
    const resend = postForm(
      frame,
      `${path}/pending/${sid}/resend`,
      html`<button class="second" type="submit">${pending.resend[medium]}</button>`,
    );
    return {
      title: pending.title[medium],
      problem,
      content: html`<p>${isValidated === true ? pending.confirmed(text) : pending.sent[medium](text)}</p>
        ${postForm(
          frame,
          `${path}/pending/${sid}`,
          html`${isCodeWanted ? code : html``} ${password} <button type="submit">${pending.submit}</button>`,
        )}
        ${isValidated === true ? html`` : html`<div class="card">${resend}</div>`} ${back}`,
    };
  });
}
