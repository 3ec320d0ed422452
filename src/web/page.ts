import type { PageReply } from '../http/reply.js';
import { html, Html } from './html.js';
import { catalogues, chooseLanguage, type Language } from './languages.js';
import { brandHeader, type PageBrand } from './page-brand.js';
import type { Texts } from './texts/page-texts.js';

const css = `
:root { color-scheme: light dark; --text: #1b1d22; --quiet: #565b66; --ground: #fff; --card: #f4f6f9; --line: #7c8594;
  --action: #17568c; --on-action: #fff; --bad: #a3121f; --bad-ground: #fdecec; --good: #1c5b2e; --good-ground: #e7f5ea; }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem 1.25rem 2rem; font: 1.125rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground);
  overflow-wrap: anywhere; }
header, main, footer { max-width: 34rem; margin: 0 auto; }
header { display: flex; align-items: center; gap: 0.75rem; font-weight: 600; }
header img { height: 2.5rem; width: auto; }
main { margin-top: 6vh; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.2rem; line-height: 1.25; margin: 0 0 0.5rem; }
a { color: var(--action); }
button, a.next { display: inline-block; padding: 0.75rem 1.5rem; border: 0.125rem solid var(--action); border-radius: 0.5rem;
  font: inherit; font-weight: 600; color: var(--on-action); background: var(--action); text-decoration: none; cursor: pointer; }
button.second, a.second { color: var(--action); background: transparent; }
button.link { padding: 0; border: 0; background: none; color: var(--action); text-decoration: underline; font-weight: 400; }
button:disabled { opacity: 0.6; cursor: default; }
label { display: block; margin: 1.25rem 0 0.5rem; font-weight: 600; } label + .small { margin-top: -0.5rem; }
input { display: block; width: 100%; padding: 0.75rem; border: 0.125rem solid var(--line); border-radius: 0.5rem; font: inherit;
  color: inherit; background: var(--ground); }
input[aria-invalid] { border-color: var(--bad); }
form p, form button { margin: 0.5rem 0; }
form > button { margin-top: 1.25rem; }
p.small, .small { font-size: 0.9375rem; color: var(--quiet); }
.problem, .done { padding: 0.75rem 1rem; border-radius: 0.5rem; border-left: 0.375rem solid var(--bad); background: var(--bad-ground);
  color: var(--bad); }
.done { border-color: var(--good); background: var(--good-ground); color: var(--good); }
.card { margin: 1rem 0; padding: 1rem 1.25rem; border-radius: 0.75rem; background: var(--card); }
.card > :first-child { margin-top: 0; } .card form > button { margin-top: 0; } .card form > input:not([type="hidden"]) + button { margin-top: 1rem; }
summary { cursor: pointer; } .card dl { margin: 0; } .card dt { font-size: 0.9375rem; color: var(--quiet); } .card dd { margin: 0 0 0.5rem; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center; margin-top: 0.75rem; } .actions form button { margin: 0; }
ul.choices { list-style: none; padding: 0; } ul.choices button { width: 100%; margin: 0.25rem 0; text-align: left; }
ul.choices small { display: block; font-weight: 400; }
.qr { max-width: 20rem; margin: 1rem auto; } .qr svg { display: block; width: 100%; height: auto; border-radius: 0.5rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 0.0625rem solid var(--line); font-size: 0.9375rem; color: var(--quiet); }
footer p { margin: 0.25rem 0; } footer a { margin-right: 1rem; } footer form { display: inline; }
:focus-visible { outline: 0.2rem solid #d97706; outline-offset: 0.2rem; }
@media (prefers-color-scheme: dark) {
  :root { --text: #f0f1f4; --quiet: #b3b9c4; --ground: #16181d; --card: #22252c; --line: #838c9a; --action: #8cc4f5;
    --on-action: #0b1622; --bad: #ffb3b3; --bad-ground: #3b1d20; --good: #a9e5b8; --good-ground: #17301e; }
}
`;

// The Content-Security-Policy allows exactly this text.
const style = new Html(`<style>${css}</style>`);

/** The contents of a page. */
export interface PageContent {
  readonly title: string;
  /** What the browser shows as the title, if it is longer than the heading. */
  readonly documentTitle?: string;
  readonly content: Html;
  /** The URL that the browser continues to at once. */
  readonly leadsTo?: string | undefined;
  /** Further elements of the head. */
  readonly head?: Html;
  readonly header?: Html;
  readonly footer?: Html;
}

/** Returns a page in the common layout, for small screens and screen readers, without scripts. */
export function page<const Status extends number>(
  status: Status,
  contentIn: (texts: Texts, language: Language) => PageContent,
  brand?: PageBrand,
) {
  const withHeader = (content: PageContent) => (brand ? { header: brandHeader(brand), ...content } : content);
  return {
    status,
    css,
    images: brand?.logoUrl === undefined ? [] : [brand.logoUrl],
    page: (acceptLanguage: string | undefined) => {
      const language = chooseLanguage(acceptLanguage);
      return { language, html: documentOf(language, withHeader(contentIn(catalogues[language], language))) };
    },
  } satisfies PageReply;
}

function documentOf(language: Language, content: PageContent): string {
  const { title, documentTitle = title, leadsTo, head = html``, header = html``, footer = html`` } = content;
  const refresh = leadsTo === undefined ? html`` : html`<meta http-equiv="refresh" content="0; url=${leadsTo}" />`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${refresh}
        <title>${documentTitle}</title>
        ${style} ${head}
      </head>
      <body>
        ${header}
        <main>
          <h1>${title}</h1>
          ${content.content}
        </main>
        ${footer}
      </body>
    </html> `.text;
}
