import { z } from 'zod';
import { defineEndpoint, type PathNames, type PathParameter, type QueryParameter } from '../../http/endpoint.js';
import type { ReceivedRequest } from '../../http/received-request.js';
import type { FileReply, PageReply } from '../../http/reply.js';
import { page } from '../../web/page.js';
import { html } from '../../web/html.js';
import type { Mxid } from '../../base/mxid.js';
import type { ServedDeps, WebDeps } from './deps.js';
import { isFailure } from '../../base/failure.js';
import {
  readVisitor,
  requireOwnForm,
  requireOwnPublicForm,
  signNotice,
  withVisitor,
  type Notice,
  type Visitor,
} from './visitor.js';

const aPage = { description: 'A page', page: true } as const;
const statuses = [200, 303, 400, 401, 403, 404, 405, 409, 410, 413, 415, 426, 429, 500, 502, 503] as const;

// Pages of all statuses have one type, that of the first.
const pageReplies = Object.fromEntries(statuses.map((status) => [status, aPage])) as Readonly<
  Record<200, typeof aPage>
>;

const formBody = { body: z.record(z.string(), z.string()), bodyFrom: 'form' } as const;

interface PageDeclaration<Path extends string, Query extends string> {
  readonly name: string;
  /** Below the path of the pages. */
  readonly path: Path;
  readonly params: Readonly<Record<PathNames<Path>, PathParameter>>;
  readonly query?: Readonly<Record<Query, QueryParameter>>;
  readonly summary: string;
}

/** A request for a page, or with a form. */
export interface PageRequest<Name extends string, Query extends string> {
  readonly visitor: Visitor;
  readonly params: Readonly<Record<Name, string>>;
  readonly query: Readonly<Partial<Record<Query, string>>>;
  /** The fields of the form; empty for GET. */
  readonly form: Readonly<Record<string, string>>;
  readonly clientAddress: string;
  readonly received: ReceivedRequest;
  readonly stopping: AbortSignal;
}

/** A request of a signed-in user. */
export interface UserRequest<Name extends string, Query extends string> extends PageRequest<Name, Query> {
  readonly owner: Mxid;
}

type Handle<Request> = (deps: ServedDeps, request: Request) => Promise<PageReply | FileReply>;

/** Defines a page for every visitor. */
export function publicPage<const Path extends string, const Query extends string = never>(
  declaration: PageDeclaration<Path, Query>,
  handle: Handle<PageRequest<PathNames<Path>, Query>>,
) {
  return define('GET', declaration, handle);
}

/** Defines a file that pages load. It is the same for every visitor. */
export function publicFile<const Path extends string>(
  declaration: PageDeclaration<Path, never>,
  load: (deps: ServedDeps) => FileReply,
) {
  return defineEndpoint(declared('GET', declaration), (deps: ServedDeps) => ({
    handler: async () => load(deps) as FileReply & { readonly status: 200 },
  }));
}

/** Defines the target of a form for every visitor. The form must be that of a page of this site. */
export function publicForm<const Path extends string>(
  declaration: PageDeclaration<Path, never>,
  handle: Handle<PageRequest<PathNames<Path>, never>>,
) {
  return define('POST', declaration, (deps, request: PageRequest<PathNames<Path>, never>) => {
    requireOwnPublicForm(request.visitor, request.received, request.form['form_token']);
    return handle(deps, request);
  });
}

/** Defines a page for signed-in users. Others are sent to the sign-in, and come back to it. */
export function userPage<const Path extends string, const Query extends string = never>(
  declaration: PageDeclaration<Path, Query>,
  handle: Handle<UserRequest<PathNames<Path>, Query>>,
) {
  return define('GET', declaration, async (deps, request: PageRequest<PathNames<Path>, Query>) => {
    const { owner } = request.visitor;
    if (owner !== undefined) return handle(deps, { ...request, owner });
    return goToSignIn(deps, request);
  });
}

/** Defines the target of a form for signed-in users. */
export function userForm<const Path extends string>(
  declaration: PageDeclaration<Path, never>,
  handle: Handle<UserRequest<PathNames<Path>, never>>,
) {
  return define('POST', declaration, async (deps, request: PageRequest<PathNames<Path>, never>) => {
    const { visitor, received, form } = request;
    const { owner } = visitor;
    if (owner === undefined) return goToSignIn(deps, request, 'session_expired');
    requireOwnForm(visitor, received, form['form_token']);
    return handle(deps, { ...request, owner });
  });
}

function define<const Path extends string, const Query extends string>(
  method: 'GET' | 'POST',
  declaration: PageDeclaration<Path, Query>,
  handle: Handle<PageRequest<PathNames<Path>, Query>>,
) {
  return defineEndpoint(declared(method, declaration), (deps: ServedDeps) => ({
    async handler(request) {
      const { params, query, clientAddress, received, stopping } = request;
      const form = (request.body ?? {}) as Readonly<Record<string, string>>;
      const visitor = await readVisitor(deps, received);
      const asked = { visitor, params, query, form, clientAddress, received, stopping };
      const reply = await Promise.resolve()
        .then(() => handle(deps, asked))
        .catch((error: unknown) => {
          // The page that explains it has the footer of the visitor, with the way to sign out.
          if (isFailure(error)) deps.failedFrames.set(error, visitor.frame);
          throw error;
        });
      const answer = 'page' in reply ? withVisitor(deps, visitor, reply) : reply;
      return answer as typeof answer & { readonly status: 200 };
    },
  }));
}

function declared<const Path extends string, const Query extends string>(
  method: 'GET' | 'POST',
  declaration: PageDeclaration<Path, Query>,
) {
  return {
    ...declaration,
    method,
    access: 'public',
    ...(method === 'POST' ? formBody : {}),
    replies: pageReplies,
    errors: {},
  } as const;
}

/** Returns a redirect to the sign-in, which continues to the page of the request if it may. */
function goToSignIn(
  deps: WebDeps,
  { visitor, received: { uri } }: Pick<PageRequest<string, string>, 'visitor' | 'received'>,
  notice?: Notice,
) {
  // The targets of forms are not pages, and a session of the page ends with its validations.
  const path = uri
    .slice(deps.base.length)
    .replace(/^(\/logins\/[^/?]+)\/(resend|cancel)$/, '$1')
    .replace(/^\/addresses\/.*$/, '/addresses');
  const next = nextPath(path);
  const query = {
    ...(next === undefined ? {} : { next }),
    ...(notice === undefined ? {} : { done: signNotice(visitor, notice) }),
  };
  return goTo(deps, `/?${new URLSearchParams(query).toString()}`);
}

/** Returns a redirect to a page that shows notices, by default the start page. */
export function goToNotice(deps: WebDeps, visitor: Visitor, notice: Notice, path = '/') {
  return goTo(deps, `${path}?${new URLSearchParams({ done: signNotice(visitor, notice) }).toString()}`);
}

/** Returns a redirect to a path below the base. After a form, the browser requests that page. */
export function goTo({ base }: Pick<WebDeps, 'base'>, path: string) {
  const target = `${base}${path}`;
  const shown = page(303, ({ site }) => ({
    title: site.siteTitle,
    content: html`<p><a href="${target}">${site.next}</a></p>`,
  }));
  return { ...shown, headers: { Location: target } };
}

/** Returns the path if the sign-in may continue to it. */
export function nextPath(path: string | undefined): string | undefined {
  const isAllowed =
    path !== undefined && /^\/(addresses|logins\/(new(\?replacing=\d{1,20})?|[A-Za-z0-9_-]{22}))$/.test(path);
  return isAllowed ? path : undefined;
}
