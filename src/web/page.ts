import type { PageReply } from '../http/reply.js';
import { html, Html } from './html.js';
import { catalogues, chooseLanguage, type Language } from './languages.js';
import type { PageTexts } from './texts/page-texts.js';

const css = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.5rem; font: 1.125rem/1.5 system-ui, sans-serif; color: #1b1d22; background: #fff; }
main { max-width: 34rem; margin: 10vh auto 0; }
h1 { font-size: 1.5rem; line-height: 1.25; }
button, a.next { display: inline-block; padding: 0.75rem 1.5rem; border: 0; border-radius: 0.5rem; font: inherit; font-weight: 600;
  color: #fff; background: #17568c; text-decoration: none; cursor: pointer; }
p.small { font-size: 0.875rem; opacity: 0.8; }
button:focus-visible, a:focus-visible { outline: 0.2rem solid #d97706; outline-offset: 0.2rem; }
@media (prefers-color-scheme: dark) {
  body { color: #f0f1f4; background: #16181d; }
  button, a.next { color: #0b1622; background: #8cc4f5; }
}
`;

// The Content-Security-Policy allows exactly this text.
const style = new Html(`<style>${css}</style>`);

/** The contents of a page. */
export interface PageContent {
  readonly title: string;
  readonly content: Html;
  /** The URL that the browser continues to at once. */
  readonly leadsTo?: string | undefined;
}

/** Returns a page in the common layout, for small screens and screen readers, without scripts. */
export function page<const Status extends number>(status: Status, contentIn: (texts: PageTexts) => PageContent) {
  return {
    status,
    css,
    page: (acceptLanguage: string | undefined) => {
      const language = chooseLanguage(acceptLanguage);
      return { language, html: documentOf(language, contentIn(catalogues[language])) };
    },
  } satisfies PageReply;
}

function documentOf(language: Language, { title, content, leadsTo }: PageContent): string {
  const refresh = leadsTo === undefined ? html`` : html`<meta http-equiv="refresh" content="0; url=${leadsTo}" />`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${refresh}
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html> `.text;
}
