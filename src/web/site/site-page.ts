import { html, type Html } from '../html.js';
import type { ScriptName } from '../browser/scripts.js';
import type { Language } from '../languages.js';
import { page } from '../page.js';
import { durationIn } from './duration.js';
import type { SiteProblem } from './problems.js';
import type { SiteTexts } from './site-texts.js';

/** The operator of the service, as the pages show it. */
export interface SiteOperator {
  readonly name: string;
  readonly hasLogo: boolean;
  readonly termsUrl: string | undefined;
  readonly privacyUrl: string | undefined;
  readonly contactUrl: string | undefined;
}

/** What all pages of one visitor have in common. */
export interface SiteFrame {
  /** The path of the pages, without a slash at its end. */
  readonly base: string;
  /** The URL at which browsers reach this server, without a slash at its end. */
  readonly origin: string;
  readonly operator: SiteOperator;
  /** The Matrix ID of the user; undefined if the visitor is not signed in. */
  readonly mxid: string | undefined;
  /** Forms of this visitor carry it. */
  readonly formToken: string;
  /** The origins that may frame the page. */
  readonly framedBy: readonly string[];
}

/** A problem with its details. */
export interface ShownProblem {
  readonly problem: SiteProblem;
  readonly retryAfterMs?: number | undefined;
  readonly message?: string | undefined;
  readonly max?: number | undefined;
}

/** What a page of the site shows. */
export interface SiteContent {
  readonly title: string;
  readonly content: Html;
  readonly head?: Html;
  /** Above the content. */
  readonly problem?: ShownProblem | undefined;
  /** Above the content: what has succeeded. */
  readonly done?: string | undefined;
}

/** Returns a page of the site, with its header and footer. Only these scripts run. */
export function sitePage<const Status extends number>(
  status: Status,
  frame: SiteFrame,
  contentIn: (texts: SiteTexts, language: Language) => SiteContent,
  scripts: readonly ScriptName[] = ['script.js'],
) {
  const shown = page(status, ({ site: texts }, language) => {
    const { title, content, head = html``, problem, done } = contentIn(texts, language);
    const notice = problem ? problemNotice(texts, language, problem) : done === undefined ? html`` : doneNotice(done);
    return {
      title,
      documentTitle: `${problem && title !== texts.problemTitle ? `${texts.problemTitle}: ` : ''}${title} – ${frame.operator.name}`,
      content: html`${notice}${content}`,
      head: html`<link rel="icon" href="${frame.base}/${frame.operator.hasLogo ? 'logo' : 'icon.svg'}" />
        ${scripts.map((name) => html`<script type="module" src="${frame.base}/${name}"></script>`)} ${head}`,
      header: headerOf(frame, texts),
      footer: footerOf(frame, texts),
    };
  });
  return {
    ...shown,
    scripts: scripts.map((name) => `${frame.origin}${frame.base}/${name}`),
    framedBy: frame.framedBy,
  };
}

/** Returns a form that posts to a path below the base, with the token of the visitor. */
export function postForm(frame: SiteFrame, path: string, fields: Html): Html {
  return html`<form method="post" action="${frame.base}${path}">
    <input type="hidden" name="form_token" value="${frame.formToken}" />
    ${fields}
  </form>`;
}

/** A text field of a form. */
export interface SiteField {
  /** The name unless it is given. */
  readonly id?: string;
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly type: 'text' | 'tel' | 'email' | 'password';
  readonly autocomplete: string;
  readonly inputmode?: 'numeric' | 'text' | 'tel' | 'email';
  readonly value?: string | undefined;
  /** Whether the problem on the page is about it. */
  readonly isWrong?: boolean;
  readonly isFirst?: boolean;
}

/** Returns a field with its label and hint. */
export function fieldOf(field: SiteField): Html {
  const { name, id = name, label, hint = '', type, autocomplete, inputmode = 'text', value = '' } = field;
  const described = [field.isWrong === true ? 'problem' : '', hint === '' ? '' : `${id}-hint`].filter(Boolean);
  return html`<label for="${id}">${label}</label> ${
      hint === '' ? html`` : html`<p class="small" id="${id}-hint">${hint}</p>`
    }
    <input
      id="${id}"
      name="${name}"
      type="${type}"
      autocomplete="${autocomplete}"
      inputmode="${inputmode}"
      autocapitalize="off"
      spellcheck="false"
      required=""
      value="${value}"
      ${described.length === 0 ? html`` : html`aria-describedby="${described.join(' ')}"`}
      ${field.isWrong === true ? html`aria-invalid="true"` : html``}
      ${field.isFirst === true ? html`autofocus=""` : html``}
    />`;
}

/** Returns the sentence about a problem. */
function problemText(texts: SiteTexts, language: Language, shown: ShownProblem): string {
  const text = texts.problems[shown.problem];
  if (typeof text === 'string') return text;
  const { retryAfterMs, message = '', max = 0 } = shown;
  return text({ wait: retryAfterMs === undefined ? '' : durationIn(language, retryAfterMs), message, max });
}

function problemNotice(texts: SiteTexts, language: Language, problem: ShownProblem): Html {
  return html`<p class="problem" id="problem" role="alert">${problemText(texts, language, problem)}</p>`;
}

function doneNotice(text: string): Html {
  return html`<p class="done" role="status">${text}</p>`;
}

function headerOf({ base, operator }: SiteFrame, texts: SiteTexts): Html {
  const logo = operator.hasLogo ? html`<img src="${base}/logo" alt="" />` : html``;
  return html`<header>${logo}<span>${operator.name} · ${texts.siteTitle}</span></header>`;
}

function footerOf(frame: SiteFrame, texts: SiteTexts): Html {
  const { operator, mxid } = frame;
  const links: readonly (readonly [string | undefined, string])[] = [
    [operator.contactUrl, texts.contact],
    [operator.termsUrl, texts.terms],
    [operator.privacyUrl, texts.privacy],
  ];
  const shown = links.flatMap(([url, text]) => (url === undefined ? [] : [html`<a href="${url}">${text}</a> `]));
  const user =
    mxid === undefined
      ? html``
      : html`<p>${texts.signedInAs(mxid)}</p>
          ${postForm(frame, '/sign-out', html`<button class="link" type="submit">${texts.signOut}</button>`)}`;
  return html`<footer>
    ${user}
    <p>${shown}</p>
  </footer>`;
}
