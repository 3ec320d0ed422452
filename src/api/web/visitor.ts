import { createHmac } from 'node:crypto';
import type { Mxid } from '../../base/mxid.js';
import { randomId } from '../../base/random.js';
import { Secret } from '../../base/secret.js';
import type { ReceivedRequest } from '../../http/received-request.js';
import type { PageReply } from '../../http/reply.js';
import type { SiteFrame } from '../../web/site/site-page.js';
import type { WebDeps } from './deps.js';
import { WebFailure } from './problems.js';

/** The browser that has sent a request. */
export interface Visitor {
  /** Of the session, or of a visitor who is not signed in. */
  readonly token: Secret;
  /** The signed-in user. */
  readonly owner: Mxid | undefined;
  /** Whether the browser has sent no token. */
  readonly isNew: boolean;
  readonly frame: SiteFrame;
}

const notices = [
  'logged_out',
  'phone_added',
  'phone_removed',
  'handed_over',
  'address_added',
  'address_removed',
  'signed_out',
  'session_expired',
] as const;

/** What a page shows after a redirect: what has succeeded, or that the session was over. */
export type Notice = (typeof notices)[number];

const tokenForm = /^[A-Za-z0-9_-]{22}$/;

/**
 * Returns the visitor of a request. Only this host can set `__Host-` cookies, over TLS or on this
 * machine (RFC 6265bis, 4.1.3).
 */
export async function readVisitor(deps: WebDeps, received: ReceivedRequest): Promise<Visitor> {
  const token = cookieIn(received.header('cookie'), cookieName(deps));
  if (token === undefined) return newVisitor(deps);
  const owner = await deps.grants.findSession(token);
  return { token, owner, isNew: false, frame: frameOf(deps, token, owner) };
}

/** Returns the frame of the pages of a visitor; without a visitor, for pages without forms. */
export function frameOf(deps: WebDeps, token?: Secret, owner?: Mxid): SiteFrame {
  return {
    base: deps.base,
    origin: deps.publicUrl,
    operator: deps.operator,
    mxid: owner,
    formToken: token === undefined ? '' : derive(token, 'form'),
    framedBy: deps.mode === 'widget' ? deps.widgetClients : [],
  };
}

/**
 * Throws WebFailure `form_expired` unless a page of this site has sent the form, in the same
 * browser. Another site can send a form, but cannot read the token of the cookie.
 */
export function requireOwnForm({ token }: Visitor, received: ReceivedRequest, formToken: string | undefined): void {
  const site = received.header('sec-fetch-site');
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isOwn = new Secret(formToken ?? '').equals(new Secret(derive(token, 'form')));
  if (isForeign || !isOwn) throw new WebFailure({ kind: 'form_expired' });
}

/**
 * As requireOwnForm, for forms that need no session. Of two tabs that were opened at once without a
 * cookie, only one has the token of the cookie that the browser kept. The browser's own statement
 * that a page of this origin has sent the form is proof too: no page can set that header.
 */
export function requireOwnPublicForm(visitor: Visitor, received: ReceivedRequest, formToken: string | undefined): void {
  if (received.header('sec-fetch-site') !== 'same-origin') requireOwnForm(visitor, received, formToken);
}

/**
 * Returns the value of the query parameter `done`, with which a page of this visitor shows the
 * notice. In another session it shows nothing, so that no link can pretend a success.
 */
export function signNotice({ token }: Pick<Visitor, 'token'>, notice: Notice): string {
  return `${notice}.${derive(token, `notice ${notice}`)}`;
}

/** Returns the notice that the query parameter `done` shows to this visitor, if any. */
export function readNotice(visitor: Pick<Visitor, 'token'>, done: string | undefined): Notice | undefined {
  const sent = new Secret(done ?? '');
  return notices.find((notice) => new Secret(signNotice(visitor, notice)).equals(sent));
}

/** Returns the state of an SSO login of this visitor that continues to that path. */
export function ssoState({ token }: Visitor, next: string): string {
  return derive(token, `sso ${next}`);
}

/** Returns a secret of this visitor, for that purpose. */
export function deriveSecret({ token }: Visitor, purpose: string): string {
  return derive(token, `secret ${purpose}`);
}

// The token is a random key, and reveals nothing of it.
function derive(token: Secret, purpose: string): string {
  return createHmac('sha256', token.reveal()).update(purpose).digest('base64url');
}

/** Returns the reply with the cookie of a new visitor. */
export function withVisitor<R extends PageReply>(deps: WebDeps, { isNew, token }: Visitor, reply: R): R {
  // Until the browser is closed: it is for the form of the sign-in.
  return isNew ? withCookie(reply, cookieOf(deps, token)) : reply;
}

/**
 * Returns the reply with the cookie of a session. Its token is new, so no other site can have set
 * it.
 */
export function withSession<R extends PageReply>(deps: WebDeps, token: Secret, reply: R): R {
  return withCookie(reply, `${cookieOf(deps, token)}; Max-Age=${Math.floor(deps.sessionMs / 1000)}`);
}

/** Returns a visitor who is not signed in, and whose browser has not received the token yet. */
export function newVisitor(deps: WebDeps): Visitor {
  const token = new Secret(randomId(deps.random));
  return { token, owner: undefined, isNew: true, frame: frameOf(deps, token) };
}

function withCookie<R extends PageReply>(reply: R, cookie: string): R {
  return { ...reply, headers: { ...reply.headers, 'Set-Cookie': cookie } };
}

function cookieName({ mode }: WebDeps): string {
  return mode === 'widget' ? '__Host-gangway-widget' : '__Host-gangway';
}

// A frame on another site gets cookies with SameSite=None only; Partitioned limits them to frames
// on that site (CHIPS).
function cookieOf(deps: WebDeps, token: Secret): string {
  const site = deps.mode === 'widget' ? 'SameSite=None; Partitioned' : 'SameSite=Lax';
  return `${cookieName(deps)}=${token.reveal()}; Path=/; Secure; HttpOnly; ${site}`;
}

function cookieIn(header: string | undefined, name: string): Secret | undefined {
  const sent = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  return sent !== undefined && tokenForm.test(sent) ? new Secret(sent) : undefined;
}
