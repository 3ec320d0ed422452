import { parseMxid, serverNameOf, type Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { AccountFailure } from '../../accounts/failure.js';
import {
  linkPage,
  problemPage,
  reopenPage,
  signInPage,
  widgetPage,
  type SignInForm,
} from '../../web/site/sign-in-pages.js';
import type { WebDeps } from './deps.js';
import { goTo, goToNotice, nextPath, publicForm, publicPage, type PageRequest } from './page-endpoint.js';
import { problemOf, WebFailure, withProblem, withStatus, type PageProblem } from './problems.js';
import { newVisitor, readNotice, ssoState, withSession, withVisitor, type Visitor } from './visitor.js';

const next = { description: 'The path to continue to after the sign-in.' };

/** What to show to a visitor who is not signed in. */
export async function showSignIn(
  deps: WebDeps,
  { visitor, clientAddress, query }: PageRequest<never, 'next' | 'done' | 'widgetId'>,
) {
  const frame = { ...visitor.frame, mxid: undefined };
  const notice = readNotice(visitor, query.done);
  const problem = notice === 'session_expired' ? { problem: notice } : undefined;
  if (deps.mode === 'widget') return query.widgetId === undefined ? reopenPage(frame) : widgetPage(frame);
  const form = { next: nextPath(query.next), hasSignedOut: notice === 'signed_out', ...(problem && { problem }) };
  return signInPage(frame, { ...(await offered(deps, clientAddress)), ...form });
}

/** Returns the ways to sign in that work now. */
async function offered(deps: WebDeps, clientAddress: string): Promise<Pick<SignInForm, 'ways' | 'serverName'>> {
  const { signInByPassword, signInBySso, serverName } = deps;
  const [password = false, sso = false] = await Promise.all([
    signInByPassword?.isOffered('m.login.password', clientAddress),
    signInBySso?.isOffered('m.login.sso', clientAddress),
  ]);
  return { ways: { password, sso }, serverName };
}

/** POST /sign-in: with the password of the Matrix account. */
export const signIn = publicForm(
  { name: 'sign_in', path: '/sign-in', params: {}, summary: 'Sign in with a password' },
  async (deps, { visitor, form, clientAddress }) => {
    const { user = '', password = '' } = form;
    const after = nextPath(form['next']);
    try {
      if (!deps.signInByPassword) throw new WebFailure({ kind: 'page_unknown' });
      if (user.trim() === '' || password === '') throw new WebFailure({ kind: 'sign_in_incomplete' });
      const mxid = await deps.signInByPassword.byPassword(user, new Secret(password), clientAddress);
      return await startSession(deps, visitor, mxid, after ?? '/');
    } catch (error) {
      const problem = readProblem(error);
      const shown = { ...(await offered(deps, clientAddress)), user, next: after, problem };
      return withProblem(signInPage(visitor.frame, shown), problem);
    }
  },
);

/** POST /sign-out */
export const signOut = publicForm(
  { name: 'sign_out', path: '/sign-out', params: {}, summary: 'End the session of the page' },
  async (deps, { visitor }) => {
    await deps.grants.endSession(visitor.token);
    const anonymous = newVisitor(deps);
    return withVisitor(deps, anonymous, goToNotice(deps, anonymous, 'signed_out'));
  },
);

/** GET /sso: leads to the homeserver (client-server API, "Client login via SSO"). */
export const startSso = publicPage(
  { name: 'sso', path: '/sso', params: {}, query: { next }, summary: 'Sign in through the SSO of the homeserver' },
  async (deps, { visitor, query }) => {
    if (!deps.signInBySso) throw new WebFailure({ kind: 'page_unknown' });
    const after = nextPath(query.next) ?? '/';
    const back = new URLSearchParams({ next: after, state: ssoState(visitor, after) });
    const redirectUrl = `${deps.publicUrl}${deps.base}/sso/done?${back.toString()}`;
    const target = new URL(`${deps.signInBySso.homeserverUrl}/_matrix/client/v3/login/sso/redirect`);
    target.searchParams.set('redirectUrl', redirectUrl);
    return { ...goTo(deps, '/'), headers: { Location: target.href } };
  },
);

/** GET /sso/done: the homeserver leads back here, with a login token. */
export const finishSso = publicPage(
  {
    name: 'sso_done',
    path: '/sso/done',
    params: {},
    query: {
      next,
      state: { description: 'Binds the login to the browser that has started it.' },
      loginToken: { description: 'The login token of the homeserver.' },
    },
    summary: 'Complete the SSO',
  },
  async (deps, { visitor, query, clientAddress }) => {
    const { next: after = '', state = '', loginToken = '' } = query;
    if (!deps.signInBySso) throw new WebFailure({ kind: 'page_unknown' });
    const isOwn = new Secret(state).equals(new Secret(ssoState(visitor, after)));
    if (visitor.isNew || !isOwn || loginToken === '') throw new WebFailure({ kind: 'sso_failed' });
    const mxid = await deps.signInBySso.byToken(new Secret(loginToken), clientAddress).catch((error: unknown) => {
      const isRejected = error instanceof AccountFailure && problemOf(error)?.problem === 'wrong_credentials';
      throw isRejected ? new WebFailure({ kind: 'sso_failed' }) : error;
    });
    return startSession(deps, visitor, mxid, nextPath(after) ?? '/');
  },
);

/** GET /link/{token}: the page behind a one-time link. */
export const showLink = publicPage(
  {
    name: 'link',
    path: '/link/{token}',
    params: { token: { description: 'The token of the link.' } },
    summary: 'Open a one-time link',
  },
  async (deps, { visitor, params: { token } }) => {
    const mxid = deps.acceptsLinks ? await deps.grants.findLink(new Secret(token)) : undefined;
    if (mxid === undefined) throw new WebFailure({ kind: 'link_invalid' });
    return linkPage(visitor.frame, { token, mxid });
  },
);

/** POST /link: uses the link. */
export const redeemLink = publicForm(
  { name: 'redeem_link', path: '/link', params: {}, summary: 'Sign in with a one-time link' },
  async (deps, { visitor, form }) => {
    const session = deps.acceptsLinks ? await deps.grants.redeemLink(new Secret(form['token'] ?? '')) : undefined;
    if (!session) throw new WebFailure({ kind: 'link_invalid' });
    await deps.grants.endSession(visitor.token);
    return withSession(deps, session.token, goTo(deps, '/'));
  },
);

/** POST /open-id: signs the user of the widget in. */
export const submitOpenId = publicForm(
  { name: 'open_id', path: '/open-id', params: {}, summary: 'Sign in with an OpenID token' },
  async (deps, { visitor, form, clientAddress }) => {
    const { token = '', server = '' } = form;
    const named = parseMxid(`@_:${server}`);
    if (!deps.verifyOpenId || token === '' || named === undefined) throw new WebFailure({ kind: 'open_id_failed' });
    deps.admitClient(clientAddress);
    const verdict = await deps.verifyOpenId(new Secret(token), serverNameOf(named));
    if (verdict.kind === 'unavailable') {
      const problem = withStatus({ problem: 'homeserver_unreachable' });
      return withProblem(problemPage(visitor.frame, problem), problem);
    }
    if (verdict.kind !== 'user') throw new WebFailure({ kind: 'open_id_failed' });
    return startSession(deps, visitor, verdict.mxid, '/');
  },
);

/** Starts a session in place of the visitor's, and continues to the path. */
async function startSession(deps: WebDeps, visitor: Visitor, mxid: Mxid, path: string) {
  const { token } = await deps.grants.openSession(mxid);
  await deps.grants.endSession(visitor.token);
  return withSession(deps, token, goTo(deps, path));
}

/** Returns the problem to show in the form, or throws the error again. */
function readProblem(error: unknown): PageProblem {
  const problem = error instanceof AccountFailure || error instanceof WebFailure ? problemOf(error) : undefined;
  if (!problem || problem.problem === 'page_unknown') throw error;
  return problem;
}
