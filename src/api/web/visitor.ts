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

const tokenForm = /^[A-Za-z0-9_-]{22}$/;

/**
 * Returns the visitor of a request. Only this host can set `__Host-` cookies, over TLS or on this
 * machine (RFC 6265bis, 4.1.3).
 */
export async function readVisitor(deps: WebDeps, received: ReceivedRequest): Promise<Visitor> {
  const sent = cookieIn(received.header('cookie'), cookieName(deps));
  const isNew = sent === undefined;
  const token = sent ?? new Secret(randomId(deps.random));
  const owner = isNew ? undefined : await deps.grants.findSession(token);
  return { token, owner, isNew, frame: frameOf(deps, token, owner) };
}

/** Returns the frame of the pages of a visitor; without a visitor, for pages without forms. */
export function frameOf(deps: WebDeps, token?: Secret, owner?: Mxid): SiteFrame {
  return {
    base: deps.base,
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

/** Returns the state of an SSO login of this visitor that continues to that path. */
export function ssoState({ token }: Visitor, next: string): string {
  return derive(token, `sso ${next}`);
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

/** Returns the reply without the cookie. */
export function withoutSession<R extends PageReply>(deps: WebDeps, reply: R): R {
  return withCookie(reply, `${cookieOf(deps, new Secret(''))}; Max-Age=0`);
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
