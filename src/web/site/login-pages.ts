import { html, type Html } from '../html.js';
import type { Language } from '../languages.js';
import { qrCode } from '../qr-code.js';
import { durationIn } from './duration.js';
import type { SiteProblem } from './problems.js';
import { fieldOf, postForm, sitePage, type ShownProblem, type SiteContent, type SiteFrame } from './site-page.js';
import type { CodeWay, SiteTexts } from './site-texts.js';

/** The step of a login process, as its page shows it. */
export type ShownStep =
  | { readonly kind: 'phone' }
  | {
      readonly kind: 'code';
      /** With the plus sign. */
      readonly phone: string;
      readonly way: CodeWay;
      readonly hint: string | null;
      readonly nextWay: CodeWay | null;
      /** Milliseconds until another code can be requested. */
      readonly resendInMs: number;
    }
  | { readonly kind: 'password'; readonly hint: string | null }
  | { readonly kind: 'bot_token' }
  /** `url` is tg://login?token=…, and a secret. */
  | { readonly kind: 'qr'; readonly url: string };

/** A login process, as its page shows it. */
export interface ShownLogin {
  readonly id: string;
  readonly stepNumber: number;
  readonly step: ShownStep;
  readonly problem: ShownProblem | undefined;
  /** What the user has typed, unless it is secret. */
  readonly typed?: string;
}

type StepOf<Kind extends ShownStep['kind']> = Extract<ShownStep, { readonly kind: Kind }>;

const resetHelp = 'https://telegram.org/faq#login-and-sms';

/** Returns the page on which the user chooses how to log in. */
export function choosePage(
  frame: SiteFrame,
  account: { readonly id: string; readonly name: string } | undefined,
  problem?: ShownProblem,
) {
  return sitePage(200, frame, ({ choose, cancel }) => {
    const choice = (flow: 'phone' | 'qr' | 'bot', label: string, hint: string) =>
      html`<li>
        ${postForm(
          frame,
          '/logins',
          html`<input type="hidden" name="flow" value="${flow}" />
            ${account ? html`<input type="hidden" name="replacing" value="${account.id}" />` : html``}
            <button class="second" type="submit">${label}<small>${hint}</small></button>`,
        )}
      </li>`;
    return {
      title: choose.title,
      problem,
      content: html`${account ? html`<p>${choose.replacing(account.name)}</p>` : html``}
        ${ownerNote(frame, choose.owner)}
        <ul class="choices">
          ${choice('phone', choose.phone, choose.phoneHint)} ${choice('qr', choose.qr, choose.qrHint)}
          ${account ? html`` : choice('bot', choose.bot, choose.botHint)}
        </ul>
        <p><a href="${frame.base}/">${cancel}</a></p>`,
    };
  });
}

/** Returns the page of the current step of a login process. */
export function loginPage(frame: SiteFrame, login: ShownLogin) {
  return sitePage(200, frame, (texts, language) => {
    const shown = stepContent(frame, login, texts, language);
    const content = html`${ownerNote(frame, texts.choose.owner)}${shown.content}`;
    return { problem: login.problem, ...shown, content };
  });
}

function stepContent(frame: SiteFrame, login: ShownLogin, texts: SiteTexts, language: Language): SiteContent {
  const { step } = login;
  switch (step.kind) {
    case 'phone':
      return phoneContent(frame, login, texts);
    case 'code':
      return codeContent(frame, login, step, texts, language);
    case 'password':
      return passwordContent(frame, login, step, texts);
    case 'bot_token':
      return botContent(frame, login, texts);
    case 'qr':
      return qrContent(frame, login, step, texts);
  }
}

/** Returns a note that names the Matrix user: a link can have signed in another one. */
function ownerNote({ mxid }: SiteFrame, text: (mxid: string) => string): Html {
  return mxid === undefined ? html`` : html`<p>${text(mxid)}</p>`;
}

/** Returns the form that answers the step, with the button to cancel below it. */
function answerForm(frame: SiteFrame, login: ShownLogin, fields: Html, submit: string, texts: SiteTexts): Html {
  const form = postForm(
    frame,
    `/logins/${login.id}`,
    html`<input type="hidden" name="step" value="${String(login.stepNumber)}" />
      ${fields}
      <button type="submit">${submit}</button>`,
  );
  return html`${form} ${cancelForm(frame, login, texts.cancel)}`;
}

function cancelForm(frame: SiteFrame, { id }: ShownLogin, label: string): Html {
  return postForm(frame, `/logins/${id}/cancel`, html`<button class="link" type="submit">${label}</button>`);
}

function isAbout(login: ShownLogin, ...problems: readonly SiteProblem[]): boolean {
  return login.problem !== undefined && problems.includes(login.problem.problem);
}

function phoneContent(frame: SiteFrame, login: ShownLogin, texts: SiteTexts): SiteContent {
  const { phone } = texts;
  const field = fieldOf({
    name: 'phone',
    label: phone.label,
    hint: phone.hint,
    type: 'tel',
    autocomplete: 'tel',
    inputmode: 'tel',
    value: login.typed,
    isWrong: isAbout(login, 'phone_number_invalid', 'phone_number_banned', 'phone_number_unoccupied'),
    isFirst: true,
  });
  return { title: phone.title, content: answerForm(frame, login, field, phone.submit, texts) };
}

function codeContent(
  frame: SiteFrame,
  login: ShownLogin,
  step: StepOf<'code'>,
  texts: SiteTexts,
  language: Language,
): SiteContent {
  const { code } = texts;
  const isWord = step.way === 'sms_word' || step.way === 'sms_phrase';
  const label = step.way === 'sms_word' ? 'word' : step.way === 'sms_phrase' ? 'phrase' : 'digits';
  const field = fieldOf({
    name: 'code',
    label: code.labels[label],
    type: 'text',
    autocomplete: 'one-time-code',
    inputmode: isWord ? 'text' : 'numeric',
    isWrong: isAbout(login, 'phone_code_invalid', 'phone_code_missing'),
    isFirst: true,
  });
  return {
    title: code.title,
    content: html`<p>${code.sent[step.way]({ number: step.phone, hint: step.hint ?? '' })}</p>
      ${answerForm(frame, login, field, code.submit, texts)} ${resendForm(frame, login, step, texts, language)}`,
  };
}

function resendForm(
  frame: SiteFrame,
  { id }: ShownLogin,
  { nextWay, resendInMs }: StepOf<'code'>,
  { code }: SiteTexts,
  language: Language,
): Html {
  if (nextWay === null) return html``;
  const seconds = String(Math.ceil(resendInMs / 1000));
  // The script counts down in the span. Without it, the time is that of the page.
  const [before = '', after = ''] = code.resendAfter('\n').split('\n');
  return html`<div class="card">
    ${
      resendInMs > 0
        ? html`<p id="resend-after" data-seconds="${seconds}">
            ${before}<span id="resend-wait">${durationIn(language, resendInMs)}</span>${after}
          </p>`
        : html``
    }
    ${postForm(
      frame,
      `/logins/${id}/resend`,
      html`<button class="second" type="submit" id="resend">${code.resend[nextWay]}</button>`,
    )}
  </div>`;
}

function passwordContent(
  frame: SiteFrame,
  login: ShownLogin,
  { hint }: StepOf<'password'>,
  texts: SiteTexts,
): SiteContent {
  const { password } = texts;
  const field = fieldOf({
    name: 'password',
    label: password.label,
    ...(hint === null ? {} : { hint: password.hint(hint) }),
    type: 'password',
    // Not the password of this site: a password manager would offer that of the Matrix account.
    autocomplete: 'off',
    isWrong: isAbout(login, 'password_invalid', 'password_empty'),
    isFirst: true,
  });
  return {
    title: password.title,
    content: html`<p>${password.intro}</p>
      ${answerForm(frame, login, field, password.submit, texts)}
      <p class="small">
        ${password.recovery} <a href="${resetHelp}" rel="noreferrer" target="_blank">${password.recoveryLink}</a>
      </p>`,
  };
}

function botContent(frame: SiteFrame, login: ShownLogin, texts: SiteTexts): SiteContent {
  const { bot } = texts;
  const field = fieldOf({
    name: 'bot_token',
    label: bot.label,
    hint: bot.hint,
    type: 'password',
    autocomplete: 'off',
    isWrong: isAbout(login, 'bot_token_invalid', 'bot_token_missing', 'bot_token_expired'),
    isFirst: true,
  });
  return { title: bot.title, content: answerForm(frame, login, field, bot.submit, texts) };
}

function qrContent(frame: SiteFrame, login: ShownLogin, { url }: StepOf<'qr'>, texts: SiteTexts): SiteContent {
  const { qr } = texts;
  const wait = `${frame.base}/logins/${login.id}/wait?seen=${login.stepNumber}`;
  return {
    title: qr.title,
    // After a second, so that the browser has shown the code. It shows it until the reply.
    head: html`<noscript><meta http-equiv="refresh" content="1; url=${wait}&reply=page" /></noscript>`,
    content: html`<ol>
        ${qr.steps.map((step) => html`<li>${step}</li>`)}
      </ol>
      <div id="qr" data-wait="${wait}">${qrCode(url, qr.picture)}</div>
      <p class="small">${qr.renewed}</p>
      <p><a class="next second" href="${url}">${qr.sameDevice}</a></p>
      ${cancelForm(frame, login, texts.cancel)}`,
  };
}

/** Returns the page after a login. */
export function donePage(frame: SiteFrame, account: { readonly name: string }) {
  return sitePage(200, frame, (texts) => ({
    title: texts.done.title,
    content: html`<p>${texts.done.text(account.name)}</p>
      <p><a class="next" href="${frame.base}/">${texts.done.overview}</a></p>`,
  }));
}
