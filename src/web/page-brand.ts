import { html, type Html } from './html.js';

/** The operator, at the top of the pages behind links in messages. */
export interface PageBrand {
  readonly name: string;
  /** An absolute URL. */
  readonly logoUrl: string | undefined;
}

/** Returns the header of these pages. */
export function brandHeader({ name, logoUrl }: PageBrand): Html {
  const logo = logoUrl === undefined ? html`` : html`<img src="${logoUrl}" alt="" />`;
  return html`<header>${logo}<span>${name}</span></header>`;
}
