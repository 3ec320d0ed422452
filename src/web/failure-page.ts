import type { FailureReason } from './failure-reason.js';
import { html } from './html.js';
import { page } from './page.js';
import type { PageBrand } from './page-brand.js';

/** Returns a page that explains what to do next. */
export function failurePage<const Status extends number>(status: Status, reason: FailureReason, brand?: PageBrand) {
  return page(
    status,
    ({ failures }) => ({ title: failures[reason].title, content: html`<p>${failures[reason].text}</p>` }),
    brand,
  );
}
