import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { LoginFailure, LoginProcessFailure } from '../../login/failure.js';
import type { LoginFlow, LoginInput, LoginProgress, ProgressStep } from '../../login/processes.js';
import { choosePage, donePage, loginPage, type ShownLogin, type ShownStep } from '../../web/site/login-pages.js';
import type { SiteFrame } from '../../web/site/site-page.js';
import { accountName } from '../provisioning/telegram-person.js';
import { findAccount, nameOf } from './accounts.js';
import type { WebDeps } from './deps.js';
import { goTo, userForm, userPage } from './page-endpoint.js';
import { problemOf, WebFailure, withProblem, withStatus, type PageProblem } from './problems.js';

const loginId = { login: { description: 'The ID of the login process.', pattern: '[A-Za-z0-9_-]{22}' } };

/** GET /logins/new: the ways to log in. */
export const chooseFlow = userPage(
  {
    name: 'choose_flow',
    path: '/logins/new',
    params: {},
    query: { replacing: { description: 'The Telegram user ID of the account to log in to again.' } },
    summary: 'Choose how to log in',
  },
  async (deps, { owner, visitor, query: { replacing } }) => {
    const user = replacing === undefined ? undefined : await findAccount(deps, owner, replacing);
    return choosePage(visitor.frame, user && { id: user.id, name: nameOf(user) });
  },
);

/** POST /logins: starts a login process. */
export const startLogin = userForm(
  { name: 'start_login', path: '/logins', params: {}, summary: 'Start a login' },
  async (deps, { owner, visitor, form }) => {
    const flow = readFlow(form['flow']);
    const replacing = form['replacing'] === undefined ? undefined : accountName(form['replacing']);
    try {
      const { loginId: id } = await deps.login.start(owner, { flow, replacing });
      return goTo(deps, `/logins/${id}`);
    } catch (error) {
      const problem = readProblem(error);
      const user = replacing === undefined ? undefined : await findAccount(deps, owner, replacing);
      const account = user && { id: user.id, name: nameOf(user) };
      return withProblem(choosePage(visitor.frame, account, problem), problem);
    }
  },
);

/** GET /logins/{login}: the current step. */
export const showLogin = userPage(
  { name: 'login', path: '/logins/{login}', params: loginId, summary: 'Show the current step of a login' },
  async (deps, { owner, visitor, params }) => {
    const progress = await deps.login.find(owner, params.login);
    return progress.step.kind === 'complete'
      ? donePage(visitor.frame, { name: nameOf(progress.step.user) })
      : showProgress(deps, visitor.frame, progress);
  },
);

/** POST /logins/{login}: answers the current step. */
export const answerLogin = userForm(
  { name: 'answer_login', path: '/logins/{login}', params: loginId, summary: 'Answer the current step of a login' },
  async (deps, { owner, visitor, params, form }) => {
    const { login } = params;
    const page = `/logins/${login}`;
    try {
      const input = readInput(form);
      if (!input) return goTo(deps, page);
      const progress = await deps.login.answer(owner, login, input, readStep(form['step']) ?? input.kind);
      if (progress.complaint === null) return goTo(deps, page);
      const problem = withStatus({ problem: progress.complaint });
      return showProgress(deps, visitor.frame, progress, { problem, typed: form['phone'] });
    } catch (error) {
      if (isAtAnotherStep(error)) return goTo(deps, page);
      return showProblem(deps, owner, visitor.frame, login, { error, typed: form['phone'] });
    }
  },
);

/** POST /logins/{login}/resend: sends the code another way. */
export const resendCode = userForm(
  { name: 'resend_code', path: '/logins/{login}/resend', params: loginId, summary: 'Send the code another way' },
  async (deps, { owner, visitor, params: { login } }) => {
    try {
      await deps.login.resend(owner, login);
      return goTo(deps, `/logins/${login}`);
    } catch (error) {
      if (isAtAnotherStep(error)) return goTo(deps, `/logins/${login}`);
      return showProblem(deps, owner, visitor.frame, login, { error });
    }
  },
);

/** POST /logins/{login}/cancel. Can be repeated. */
export const cancelLogin = userForm(
  { name: 'cancel_login', path: '/logins/{login}/cancel', params: loginId, summary: 'Cancel a login' },
  async (deps, { owner, params: { login } }) => {
    try {
      await deps.login.cancel(owner, login);
    } catch (error) {
      if (!(error instanceof LoginProcessFailure)) throw error;
    }
    return goTo(deps, '/');
  },
);

/**
 * GET /logins/{login}/wait: replies when the QR code was scanned or renewed. Browsers without
 * scripts load it as a page: they show the QR code until the reply leads to the next one.
 */
export const awaitScan = userPage(
  {
    name: 'await_scan',
    path: '/logins/{login}/wait',
    params: loginId,
    query: {
      seen: { description: 'The number of the step that is shown.' },
      reply: {
        description: '`page` for a redirect to the page; otherwise for `same` or `changed`, as the script expects.',
      },
    },
    summary: 'Wait for the QR code to be scanned',
  },
  async (deps, { owner, params: { login }, query, stopping }) => {
    const seen = readStep(query.seen);
    const progress = seen === undefined ? undefined : await deps.login.awaitChange(owner, login, seen, stopping);
    if (query.reply === 'page') return goTo(deps, `/logins/${login}`);
    const answer = progress?.stepNumber === seen && progress?.step.kind === 'qr' ? 'same' : 'changed';
    return { status: 200, file: { bytes: Buffer.from(answer), type: 'text/plain; charset=utf-8' } };
  },
);

function readFlow(text: string | undefined): LoginFlow {
  const flow = (['phone', 'qr', 'bot'] as const).find((each) => each === text);
  if (flow === undefined) throw new WebFailure({ kind: 'request_invalid' });
  return flow;
}

function readStep(text: string | undefined): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text ?? '') ? Number(text) : undefined;
}

function readInput(form: Readonly<Record<string, string>>): LoginInput | undefined {
  const { phone, code, password, bot_token: token } = form;
  if (phone !== undefined) return { kind: 'phone', phone };
  if (code !== undefined) return { kind: 'code', code: new Secret(code) };
  if (password !== undefined) return { kind: 'password', password: new Secret(password) };
  return token === undefined ? undefined : { kind: 'bot_token', token: new Secret(token) };
}

/** Returns whether the form was for an earlier step: in another tab, or after going back. */
function isAtAnotherStep(error: unknown): boolean {
  if (!(error instanceof LoginProcessFailure)) return false;
  return error.details.kind === 'wrong_step' || error.details.kind === 'login_finished';
}

/** Returns the problem to show with the step, or throws what ends the login process. */
function readProblem(error: unknown) {
  const isShown =
    error instanceof LoginFailure ||
    (error instanceof LoginProcessFailure &&
      ['resend_unavailable', 'too_many_accounts', 'other_telegram_account'].includes(error.details.kind));
  const problem = isShown ? problemOf(error) : undefined;
  if (!problem) throw error;
  return problem;
}

/** Returns the current step with the problem of an error. Throws the error if the login is over. */
async function showProblem(
  deps: WebDeps,
  owner: Mxid,
  frame: SiteFrame,
  id: string,
  { error, typed }: { readonly error: unknown; readonly typed?: string | undefined },
) {
  const problem = readProblem(error);
  const progress = await deps.login.find(owner, id).catch(() => Promise.reject(error));
  if (progress.step.kind === 'complete') return goTo(deps, `/logins/${id}`);
  return showProgress(deps, frame, progress, { problem, typed });
}

function showProgress(
  { clock }: WebDeps,
  frame: SiteFrame,
  { loginId: id, stepNumber, step, complaint }: LoginProgress,
  given?: { readonly problem: PageProblem; readonly typed: string | undefined },
) {
  const problem = given?.problem ?? (complaint === null ? undefined : { problem: complaint });
  const login: ShownLogin = {
    id,
    stepNumber,
    step: shownStep(step, clock.now()),
    problem,
    ...(given?.typed === undefined ? {} : { typed: given.typed }),
  };
  const page = loginPage(frame, login);
  return given === undefined ? page : withProblem(page, given.problem);
}

function shownStep(step: ProgressStep, now: number): ShownStep {
  switch (step.kind) {
    case 'code': {
      const { delivery, hint, nextDelivery, resendAt } = step.code;
      return {
        kind: 'code',
        phone: step.phone.reveal(),
        way: delivery,
        hint,
        nextWay: nextDelivery,
        resendInMs: Math.max(0, resendAt - now),
      };
    }
    case 'qr':
      return { kind: 'qr', url: step.url.reveal() };
    case 'complete':
      throw new Error('a completed login has no step to show');
    case 'phone':
    case 'password':
    case 'bot_token':
      return step;
  }
}
