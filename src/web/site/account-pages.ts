import { html, type Html } from '../html.js';
import { postForm, sitePage, type ShownProblem, type SiteFrame } from './site-page.js';
import type { AccountState, AtBridge, SiteTexts } from './site-texts.js';

/** A linked account as the overview shows it. */
export interface ShownAccount {
  readonly id: string;
  readonly name: string;
  /** With the plus sign. */
  readonly phone: string | null;
  readonly username: string | null;
  readonly isBot: boolean;
  readonly state: AccountState;
  /** Undefined without a bridge. */
  readonly atBridge: AtBridge | undefined;
  /** Why the hand-over is pending or refused. */
  readonly reason: string | undefined;
  /** Whether the phone number can be used to log in to Matrix. */
  readonly phoneLogin: 'offered' | 'added' | 'in_use' | undefined;
}

/** What the overview shows. */
export interface Overview {
  readonly accounts: readonly ShownAccount[];
  readonly maxAccounts: number;
  /** Whether the pages show the 3PIDs of the Matrix account. */
  readonly hasAddresses: boolean;
  readonly done: keyof SiteTexts['overview']['done'] | undefined;
  readonly problem?: ShownProblem;
}

/** Returns the page with the user's linked accounts. */
export function overviewPage(frame: SiteFrame, { accounts, maxAccounts, hasAddresses, done, problem }: Overview) {
  const isFull = accounts.filter(({ state }) => state !== 'ended').length >= maxAccounts;
  return sitePage(200, frame, (texts) => ({
    title: texts.overview.title,
    problem,
    ...(done === undefined ? {} : { done: texts.overview.done[done] }),
    content: html`${accounts.length === 0 ? html`<p>${texts.overview.none}</p>` : html``}
    ${accounts.map((account) => accountCard(frame, account, texts))}
    ${
      isFull
        ? html`<p>${texts.overview.full(maxAccounts)}</p>`
        : html`<p><a class="next" href="${frame.base}/logins/new">${texts.overview.add}</a></p>`
    }
    ${hasAddresses ? html`<p><a href="${frame.base}/addresses">${texts.addresses.title}</a></p>` : html``}`,
  }));
}

function accountCard(frame: SiteFrame, account: ShownAccount, texts: SiteTexts): Html {
  const { overview } = texts;
  const { id, name, phone, username, isBot, state, atBridge, reason } = account;
  const rows: readonly (readonly [string, string | undefined])[] = [
    [overview.phone, phone ?? undefined],
    [overview.username, username === null ? undefined : `@${username}`],
    [overview.state, overview.states[state]],
    [overview.bridge, state === 'ended' || atBridge === undefined ? undefined : overview.atBridge[atBridge]],
  ];
  const shown = rows.flatMap(([term, value]) =>
    value === undefined
      ? []
      : [
          html`<dt>${term}</dt>
            <dd>${value}</dd>`,
        ],
  );
  return html`<section class="card" aria-labelledby="account-${id}">
    <h2 id="account-${id}">${name}${isBot ? ` · ${overview.bot}` : ''}</h2>
    <dl>${shown}</dl>
    ${reason === undefined ? html`` : html`<p class="small">${overview.reason(reason)}</p>`}
    ${phoneNote(account, texts)}
    <div class="actions">${accountActions(frame, account, texts)}</div>
  </section>`;
}

function phoneNote({ phoneLogin }: ShownAccount, { overview }: SiteTexts): Html {
  if (phoneLogin === 'added') return html`<p class="small">${overview.phoneAdded}</p>`;
  return phoneLogin === 'in_use' ? html`<p class="small">${overview.phoneInUse}</p>` : html``;
}

function accountActions(frame: SiteFrame, account: ShownAccount, { overview }: SiteTexts): readonly Html[] {
  const { id, name, isBot, state, atBridge, phoneLogin } = account;
  const path = `/accounts/${id}`;
  const button = (action: string, label: string, isMain: boolean) =>
    postForm(
      frame,
      `${path}/${action}`,
      html`<button class="${isMain ? '' : 'second'}" type="submit" aria-describedby="account-${id}">${label}</button>`,
    );
  const link = (to: string, label: string) =>
    html`<a class="next second" href="${frame.base}${to}" aria-label="${label}: ${name}">${label}</a>`;
  const isEnded = state === 'ended';
  const isHandedOver = atBridge === 'pending' || atBridge === 'refused' ? overview.retryHandOver : overview.handOver;
  const canHandOver = !isEnded && (atBridge === 'offered' || atBridge === 'pending' || atBridge === 'refused');
  const canReplace = !isEnded && !isBot && atBridge !== 'lease' && atBridge !== 'export';
  return [
    ...(canHandOver ? [button('hand-over', isHandedOver, true)] : []),
    ...(!isEnded && phoneLogin === 'offered' ? [button('phone', overview.addPhone, false)] : []),
    // An account whose session has ended is gone, so there is nothing to replace.
    ...(isEnded ? [link('/logins/new', overview.replace)] : []),
    ...(!isEnded && phoneLogin === 'added' ? [button('phone/remove', overview.removePhone, false)] : []),
    ...(canReplace ? [link(`/logins/new?replacing=${id}`, overview.replace)] : []),
    ...(isEnded ? [] : [link(`${path}/log-out`, overview.logOut)]),
  ];
}

/** Returns the page that asks whether the user really wants to log out of an account. */
export function logOutPage(frame: SiteFrame, account: { readonly id: string; readonly name: string }) {
  return sitePage(200, frame, (texts) => ({
    title: texts.logOut.title,
    content: html`<p>${texts.logOut.text(account.name)}</p>
      <div class="actions">
        ${postForm(
          frame,
          `/accounts/${account.id}/log-out`,
          html`<button type="submit">${texts.logOut.submit}</button>`,
        )}
        <a class="next second" href="${frame.base}/">${texts.cancel}</a>
      </div>`,
  }));
}
