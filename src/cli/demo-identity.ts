import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serverNameOf, type Mxid } from '../base/mxid.js';
import type { DemoHomeserver } from './demo-homeserver.js';
import type { DemoRun } from './demo-run.js';

/** The dependencies of this part of the demo. */
export interface IdentityStepsDeps {
  readonly demoRun: DemoRun;
  readonly print: (text: string) => void;
  /** The owner of the 3PID. */
  readonly mxid: Mxid;
  readonly homeserver: DemoHomeserver;
  /** The file that the daemon writes its mails to. */
  readonly messages: string;
}

const email = 'Alice@Mail.Demo.Test';
const clientSecret = 'made-up-by-her-client';
const api = '/_matrix/identity/v2';

/**
 * Returns the steps with the identity service: a 3PID is validated, bound and found. Each step
 * returns whether its reply is the expected one.
 */
export function identitySteps(deps: IdentityStepsDeps): readonly (() => Promise<boolean>)[] {
  const { demoRun, print, mxid, homeserver, messages } = deps;
  let session = { sid: '', client_secret: clientSecret };
  let mailed = '';
  const post = { method: 'POST' as const, as: 'user' as const, status: 200 };

  return [
    () =>
      demoRun.step({
        ...post,
        title: 'The identity service. The homeserver (a stand-in here) confirms her identity, and she gets a token.',
        path: `${api}/account/register`,
        as: 'anonymous',
        body: { access_token: homeserver.openIdToken, token_type: 'Bearer', matrix_server_name: serverNameOf(mxid) },
        reply: {},
      }),
    async () => {
      const isRight = await demoRun.step({
        ...post,
        title: 'To be found by her e-mail address, she must first validate it.',
        path: `${api}/validate/email/requestToken`,
        body: { client_secret: clientSecret, email, send_attempt: 1 },
        reply: {},
      });
      session = { ...session, sid: demoRun.textOf('sid') };
      const mail = lastMail(messages);
      mailed = mail?.token ?? '';
      print(`  A mail goes to ${mail?.to}, here into a file. It contains a link, or a token if the app asks for it:\n`);
      print(`    ${mail?.link}\n    ${mailed}\n`);
      return isRight && mailed !== '';
    },
    () =>
      demoRun.step({
        ...post,
        title: 'The token from the mail completes the validation. (The button behind the link does the same.)',
        path: `${api}/validate/email/submitToken`,
        body: { ...session, token: mailed },
        reply: { success: true },
      }),
    () =>
      demoRun.step({
        ...post,
        title: 'She binds it to her Matrix ID. The reply is signed, so that anyone can verify it.',
        path: `${api}/3pid/bind`,
        body: { ...session, mxid },
        reply: { medium: 'email', address: email.toLowerCase(), mxid },
      }),
    () =>
      demoRun.step({
        ...post,
        title: 'Another user who has her address requests the hash parameters,',
        method: 'GET',
        path: `${api}/hash_details`,
        reply: { algorithms: ['sha256', 'none'] },
      }),
    () => {
      const pepper = demoRun.textOf('lookup_pepper');
      const hash = createHash('sha256').update(`${email.toLowerCase()} email ${pepper}`).digest('base64url');
      return demoRun.step({
        ...post,
        title: 'and looks up a hash of the address rather than the address.',
        path: `${api}/lookup`,
        body: { algorithm: 'sha256', pepper, addresses: [hash] },
        reply: { mappings: { [hash]: mxid } },
      });
    },
  ];
}

interface Mail {
  readonly to: string;
  readonly link: string;
  readonly token: string;
}

function lastMail(file: string): Mail | undefined {
  const line = readFileSync(file, 'utf8').trim().split('\n').at(-1);
  return line === undefined ? undefined : (JSON.parse(line) as Mail);
}
