import { publicFile, publicPage } from './page-endpoint.js';
import { allowAnonymous } from '../../http/bearer-auth.js';
import { type Api, defineApi } from '../../http/api.js';
import { problemHeaders } from '../../http/plain-problems.js';
import { readScript, type ScriptName } from '../../web/browser/scripts.js';
import { icon } from '../../web/icon.js';
import { problemPage } from '../../web/site/sign-in-pages.js';
import type { ShownProblem, SiteFrame } from '../../web/site/site-page.js';
import { addPhone, confirmLogOut, handOver, home, logOut, removePhone } from './accounts.js';
import {
  addAddress,
  listAddresses,
  listAllAddresses,
  removeAddress,
  resendAddress,
  showPending,
  startAddress,
} from './addresses.js';
import type { Failure } from '../../base/failure.js';
import type { ServedDeps, WebDeps } from './deps.js';
import { answerLogin, awaitScan, cancelLogin, chooseFlow, resendCode, showLogin, startLogin } from './logins.js';
import { goTo } from './page-endpoint.js';
import { problemOf, problemOfHttp, WebFailure, withProblem, type PageProblem } from './problems.js';
import { finishSso, redeemLink, showLink, signIn, signOut, startSso, submitOpenId } from './sign-in.js';
import { frameOf } from './visitor.js';

const script = (name: ScriptName) => {
  const bytes = readScript(name);
  return publicFile({ name, path: `/${name}`, params: {}, summary: 'A script of the pages' }, () => ({
    status: 200,
    file: { bytes, type: 'text/javascript; charset=utf-8' },
  }));
};

const logo = publicFile({ name: 'logo', path: '/logo', params: {}, summary: "The operator's logo" }, (deps) => {
  if (!deps.logo) throw new WebFailure({ kind: 'page_unknown' });
  return { status: 200, file: deps.logo, headers: { 'Cache-Control': 'max-age=3600' } };
});

const iconFile = publicFile({ name: 'icon', path: '/icon.svg', params: {}, summary: 'The icon' }, () => ({
  status: 200,
  file: { bytes: icon, type: 'image/svg+xml' },
  headers: { 'Cache-Control': 'max-age=3600' },
}));

const withoutSlash = publicPage({ name: 'without_slash', path: '', params: {}, summary: 'Add the slash' }, (deps) =>
  Promise.resolve(goTo(deps, '/')),
);

/** Returns the page on which to start again, or undefined if there is nothing to start. */
function retryPath({ problem }: ShownProblem): string | undefined {
  if (problem === 'confirmation_over') return '/addresses';
  const isOver = ['login_unknown', 'login_cancelled', 'login_timed_out', 'other_telegram_account'].includes(problem);
  return isOver ? '/logins/new' : undefined;
}

/** Returns the pages on which users log in to Telegram. */
export function createWebApi(deps: WebDeps): Api {
  const endpoints = [
    withoutSlash,
    home,
    signIn,
    signOut,
    startSso,
    finishSso,
    showLink,
    redeemLink,
    submitOpenId,
    chooseFlow,
    startLogin,
    showLogin,
    answerLogin,
    resendCode,
    cancelLogin,
    awaitScan,
    confirmLogOut,
    logOut,
    addPhone,
    removePhone,
    handOver,
    listAddresses,
    listAllAddresses,
    startAddress,
    removeAddress,
    showPending,
    addAddress,
    resendAddress,
    script('script.js'),
    script('widget.js'),
    logo,
    iconFile,
  ];
  const failedFrames = new WeakMap<Failure, SiteFrame>();
  const served: ServedDeps = { ...deps, failedFrames };
  const explain = (problem: PageProblem, frame = frameOf(deps)) =>
    withProblem(problemPage(frame, problem, retryPath(problem)), problem);
  return defineApi({
    name: deps.mode === 'widget' ? 'web-widget' : 'web',
    prefixes: [deps.base],
    authenticate: allowAnonymous,
    accessLevel: 'info',
    problem: (problem) => ({ ...explain(problemOfHttp(problem)), headers: problemHeaders(problem) }),
    failure(failure) {
      const problem = problemOf(failure);
      return problem && explain(problem, failedFrames.get(failure));
    },
    endpoints: endpoints.map((each) => each.serve(served)),
  });
}
