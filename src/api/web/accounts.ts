import { TelegramAccountFailure, type TelegramAccount } from '../../login/accounts.js';
import { LoginFailure } from '../../login/failure.js';
import { logOutPage, overviewPage, type Overview, type ShownAccount } from '../../web/site/account-pages.js';
import type { AtBridge } from '../../web/site/site-texts.js';
import type { Mxid } from '../../base/mxid.js';
import { requestHandOver, sessionFields } from '../provisioning/hand-over.js';
import { addPhoneNumber, describePhoneStatus } from '../provisioning/phone-proofs.js';
import { accountName, fullName, type AccountUser } from '../provisioning/telegram-person.js';
import type { WebDeps } from './deps.js';
import { goTo, goToNotice, publicPage, userForm, userPage } from './page-endpoint.js';
import { WebFailure } from './problems.js';
import { showSignIn } from './sign-in.js';
import { readNotice, type Notice } from './visitor.js';

const accountId = { account: { description: 'The Telegram user ID.', pattern: '[0-9]{1,20}' } };

/** GET /: the linked accounts of a signed-in user, or the sign-in. */
export const home = publicPage(
  {
    name: 'home',
    path: '/',
    params: {},
    query: {
      next: { description: 'The path to continue to after the sign-in.' },
      done: { description: 'What has succeeded.' },
      widgetId: { description: 'Set by a Matrix client when it loads the widget.' },
    },
    summary: 'Show the linked accounts, or the sign-in',
  },
  async (deps, request) => {
    const { owner, frame } = request.visitor;
    // Another user may have signed in to the Matrix client since.
    const isLoadedByClient = deps.mode === 'widget' && request.query.widgetId !== undefined;
    if (isLoadedByClient) await deps.grants.endSession(request.visitor.token);
    if (owner === undefined || isLoadedByClient) return showSignIn(deps, request);
    const { accounts } = await deps.login.listAccounts(owner);
    const overview: Overview = {
      accounts: await Promise.all(accounts.map((account) => showAccount(deps, owner, account))),
      maxAccounts: deps.maxAccounts,
      hasAddresses: deps.addresses !== undefined,
      done: successIn(readNotice(request.visitor, request.query.done)),
    };
    return overviewPage(frame, overview);
  },
);

// The others belong to other pages.
function successIn(notice: Notice | undefined): Overview['done'] {
  switch (notice) {
    case 'logged_out':
    case 'phone_added':
    case 'phone_removed':
    case 'handed_over':
      return notice;
    case 'address_added':
    case 'address_removed':
    case 'signed_out':
    case 'session_expired':
    case undefined:
      return undefined;
  }
}

async function showAccount(deps: WebDeps, owner: Mxid, account: TelegramAccount): Promise<ShownAccount> {
  const { user, condition } = account;
  const session = await sessionFields('', deps.handOver, owner, account);
  const phone = condition === 'ended' ? {} : await describePhoneStatus('phone', deps.phoneProofs, owner, user);
  const atBridge: AtBridge | undefined = session.held_by ?? session.hand_over;
  return {
    id: user.id,
    name: nameOf(user),
    phone: user.phone?.reveal() ?? null,
    username: user.username,
    isBot: user.isBot,
    state: condition,
    atBridge,
    reason: session.hand_over_reason,
    phoneLogin: phone.phone,
  };
}

/** Returns the name of an account for its user. */
export function nameOf(user: AccountUser): string {
  const username = user.username === null ? null : `@${user.username}`;
  return fullName(user) ?? username ?? user.phone?.reveal() ?? user.id;
}

/** Returns the user's account with that ID. Throws TelegramAccountFailure. */
export async function findAccount(deps: WebDeps, owner: Mxid, id: string): Promise<AccountUser> {
  const accounts = await deps.login.accounts(owner);
  const found = accounts.find(({ user }) => user.id === id);
  if (!found) throw new TelegramAccountFailure({ kind: 'account_unknown' });
  return found.user;
}

/** GET /accounts/{account}/log-out: asks whether the user is sure. */
export const confirmLogOut = userPage(
  { name: 'confirm_log_out', path: '/accounts/{account}/log-out', params: accountId, summary: 'Ask before a logout' },
  async (deps, { owner, visitor, params }) => {
    const user = await findAccount(deps, owner, params.account);
    return logOutPage(visitor.frame, { id: user.id, name: nameOf(user) });
  },
);

/** POST /accounts/{account}/log-out. Can be repeated. */
export const logOut = userForm(
  { name: 'log_out', path: '/accounts/{account}/log-out', params: accountId, summary: 'Log out of Telegram' },
  async (deps, { owner, visitor, params }) => {
    try {
      await deps.login.logOut(owner, { account: accountName(params.account) });
    } catch (error) {
      const isGone = error instanceof TelegramAccountFailure || isNotLoggedIn(error);
      if (!isGone) throw error;
    }
    return goToNotice(deps, visitor, 'logged_out');
  },
);

function isNotLoggedIn(error: unknown): boolean {
  return error instanceof LoginFailure && error.details.kind === 'not_logged_in';
}

/** POST /accounts/{account}/phone: the number becomes a 3PID of the Matrix account. */
export const addPhone = userForm(
  { name: 'add_phone', path: '/accounts/{account}/phone', params: accountId, summary: 'Add the phone number' },
  async (deps, { owner, visitor, params }) => {
    if (!deps.phoneProofs) throw new WebFailure({ kind: 'page_unknown' });
    await addPhoneNumber(deps.login, deps.phoneProofs, owner, accountName(params.account));
    return goToNotice(deps, visitor, 'phone_added');
  },
);

/** POST /accounts/{account}/phone/remove. Can be repeated. */
export const removePhone = userForm(
  {
    name: 'remove_phone',
    path: '/accounts/{account}/phone/remove',
    params: accountId,
    summary: 'Remove the phone number',
  },
  async (deps, { owner, visitor, params }) => {
    if (!deps.phoneProofs) throw new WebFailure({ kind: 'page_unknown' });
    const isRemoved = await deps.phoneProofs.remove(owner, params.account);
    return isRemoved ? goToNotice(deps, visitor, 'phone_removed') : goTo(deps, '/');
  },
);

/** POST /accounts/{account}/hand-over */
export const handOver = userForm(
  { name: 'hand_over', path: '/accounts/{account}/hand-over', params: accountId, summary: 'Hand over to the bridge' },
  async (deps, { owner, visitor, params }) => {
    const { handOver: answers } = deps;
    if (!answers) throw new WebFailure({ kind: 'page_unknown' });
    const services = { login: deps.login, handOver: answers };
    const { hand_over: status } = await requestHandOver('', services, owner, accountName(params.account));
    return status === 'handed_over' ? goToNotice(deps, visitor, 'handed_over') : goTo(deps, '/');
  },
);
