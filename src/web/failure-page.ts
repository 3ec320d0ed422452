import { html } from './html.js';
import { page } from './page.js';

/** Why somebody sees another page than the one that they wanted. */
export type FailureReason =
  | 'expired'
  /** The link is incomplete, wrong, or was good once. */
  | 'unfit'
  | 'too_many'
  /** Our own trouble. */
  | 'trouble';

const words: Readonly<Record<FailureReason, { readonly title: string; readonly text: string }>> = {
  expired: {
    title: 'This link has expired',
    text: 'Links like this are good for a limited time. Go back to your app and ask for a new one.',
  },
  unfit: {
    title: 'This link does not work',
    text: 'It may be incomplete, or it is not good any more. Open the whole link from the latest message, or go back to your app and ask for a new one.',
  },
  too_many: {
    title: 'Too many attempts',
    text: 'Please wait for a while. Then go back to your app and ask for a new link or code.',
  },
  trouble: {
    title: 'Something went wrong',
    text: 'This is our fault, not yours. Please try again in a few minutes.',
  },
};

/** A page that says in plain words what to do now. */
export function failurePage(status: number, reason: FailureReason) {
  const { title, text } = words[reason];
  return page(status, { title, content: html`<p>${text}</p>` });
}
