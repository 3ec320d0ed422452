import { html, type Html } from '../html.js';
import { fieldOf, postForm, sitePage, type ShownProblem, type SiteFrame } from './site-page.js';
import type { SiteTexts } from './site-texts.js';

/** The ways to sign in that the page offers. */
export interface SignInWays {
  readonly password: boolean;
  readonly sso: boolean;
}

/** The state of the sign-in form. */
export interface SignInForm {
  readonly ways: SignInWays;
  /** For the example of a Matrix ID. */
  readonly serverName: string;
  /** What the user has typed. */
  readonly user?: string;
  /** The path below the base to continue to after the sign-in. */
  readonly next: string | undefined;
  readonly hasSignedOut?: boolean;
  readonly problem?: ShownProblem;
}

/** Returns the page on which users sign in with their Matrix accounts. */
export function signInPage(frame: SiteFrame, form: SignInForm) {
  const { ways, problem, hasSignedOut = false } = form;
  return sitePage(200, frame, (texts) => ({
    title: texts.signIn.title,
    problem,
    ...(hasSignedOut ? { done: texts.signIn.signedOut } : {}),
    content: html`<p>${texts.signIn.intro}</p>
      ${ways.sso ? ssoLink(frame, form, texts) : html``}
      ${ways.sso && ways.password ? html`<p>${texts.signIn.or}</p>` : html``}
      ${ways.password ? passwordForm(frame, form, texts) : html``}
      ${ways.sso || ways.password ? html`` : html`<p>${texts.signIn.linksOnly}</p>`}`,
  }));
}

function ssoLink({ base }: SiteFrame, { next }: SignInForm, texts: SiteTexts): Html {
  const query = next === undefined ? '' : `?${new URLSearchParams({ next }).toString()}`;
  return html`<p><a class="next" href="${base}/sso${query}">${texts.signIn.sso}</a></p>`;
}

function passwordForm(frame: SiteFrame, { serverName, user, next, problem }: SignInForm, texts: SiteTexts): Html {
  const isWrong = problem?.problem === 'wrong_credentials' || problem?.problem === 'sign_in_incomplete';
  const { signIn } = texts;
  return postForm(
    frame,
    '/sign-in',
    html`${next === undefined ? html`` : html`<input type="hidden" name="next" value="${next}" />`}
      ${fieldOf({
        name: 'user',
        label: signIn.user,
        hint: signIn.userHint(serverName),
        type: 'text',
        autocomplete: 'username',
        value: user,
        isWrong,
        isFirst: user === undefined,
      })}
      ${fieldOf({
        name: 'password',
        label: signIn.password,
        hint: signIn.passwordHint,
        type: 'password',
        autocomplete: 'current-password',
        isWrong,
        isFirst: user !== undefined,
      })} <button type="submit">${signIn.submit}</button>`,
  );
}

/**
 * Returns the page behind a one-time link. Opening it uses nothing up, since programs open links
 * too.
 */
export function linkPage(frame: SiteFrame, link: { readonly token: string; readonly mxid: string }) {
  return sitePage(200, frame, (texts) => ({
    title: texts.link.title,
    content: html`<p>${texts.link.text(link.mxid)}</p>
      ${frame.mxid === undefined || frame.mxid === link.mxid ? html`` : html`<p>${texts.link.instead(frame.mxid)}</p>`}
      ${postForm(
        frame,
        '/link',
        html`<input type="hidden" name="token" value="${link.token}" />
          <button type="submit">${texts.link.submit(link.mxid)}</button>`,
      )}`,
  }));
}

/**
 * Returns the start page of the widget. Its script requests an OpenID token from the Matrix client
 * and submits the form.
 */
export function widgetPage(frame: SiteFrame) {
  return sitePage(
    200,
    frame,
    (texts) => ({
      title: texts.widget.title,
      content: html`<noscript><p>${texts.widget.noScript}</p></noscript>
        <div id="widget" hidden>
          <p id="waiting">${texts.widget.waiting}</p>
          <p id="blocked" class="problem" role="alert" hidden>${texts.widget.blocked}</p>
        </div>
        ${postForm(
          frame,
          '/open-id',
          html`<input type="hidden" name="token" value="" /> <input type="hidden" name="server" value="" />`,
        )}`,
    }),
    ['script.js', 'widget.js'],
  );
}

/** Returns the page of the widget outside of a Matrix client, and after a sign-out. */
export function reopenPage(frame: SiteFrame) {
  return sitePage(200, frame, ({ widget }) => ({ title: widget.title, content: html`<p>${widget.reopen}</p>` }));
}

/** Returns a page that explains a problem, with a link to go on. */
export function problemPage(frame: SiteFrame, problem: ShownProblem, path = '/') {
  return sitePage(400, frame, (texts) => ({
    title: texts.problemTitle,
    problem,
    content: html`<p><a class="next" href="${frame.base}${path}">${path === '/' ? texts.back : texts.retry}</a></p>`,
  }));
}
