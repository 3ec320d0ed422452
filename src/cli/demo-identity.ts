import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serverNameOf, type Mxid } from '../base/mxid.js';
import type { DemoHomeserver } from './demo-homeserver.js';
import type { Walk } from './demo-walk.js';

/** What the part of the demo about the identity service needs. */
export interface IdentityStopsDeps {
  readonly walk: Walk;
  readonly print: (text: string) => void;
  /** Whose address is proven. */
  readonly mxid: Mxid;
  readonly homeserver: DemoHomeserver;
  /** The file to which the daemon writes its mails. */
  readonly messages: string;
}

const email = 'Alice@Mail.Demo.Test';
const clientSecret = 'made-up-by-her-client';
const api = '/_matrix/identity/v2';

/**
 * Returns the identity service: an address is proven, published and found. Each stop says whether
 * it went as it must.
 */
export function identityStops(deps: IdentityStopsDeps): readonly (() => Promise<boolean>)[] {
  const { walk, print, mxid, homeserver, messages } = deps;
  let session = { sid: '', client_secret: clientSecret };
  let mailed = '';
  const post = { method: 'POST' as const, as: 'user' as const, status: 200 };

  return [
    () =>
      walk.step({
        ...post,
        title: 'The identity service. Her homeserver (the demo has a stand-in) vouches for her, and she gets a token.',
        path: `${api}/account/register`,
        as: 'stranger',
        body: { access_token: homeserver.openIdToken, token_type: 'Bearer', matrix_server_name: serverNameOf(mxid) },
        reply: {},
      }),
    async () => {
      const isRight = await walk.step({
        ...post,
        title: 'She wants her e-mail address to be found, so she must prove that it is hers.',
        path: `${api}/validate/email/requestToken`,
        body: { client_secret: clientSecret, email, send_attempt: 1 },
        reply: {},
      });
      session = { ...session, sid: walk.told('sid') };
      const mail = lastMail(messages);
      mailed = mail?.token ?? '';
      print(
        `  A mail goes to ${mail?.to}, here into a file. It holds a link, or where the app asks for it, a token:\n`,
      );
      print(`    ${mail?.link}\n    ${mailed}\n`);
      return isRight && mailed !== '';
    },
    () =>
      walk.step({
        ...post,
        title: 'Whoever has read the mail holds the address. (The link has a button that does the same.)',
        path: `${api}/validate/email/submitToken`,
        body: { ...session, token: mailed },
        reply: { success: true },
      }),
    () =>
      walk.step({
        ...post,
        title: 'She publishes it. The answer is signed, and so good for everybody.',
        path: `${api}/3pid/bind`,
        body: { ...session, mxid },
        reply: { medium: 'email', address: email.toLowerCase(), mxid },
      }),
    () =>
      walk.step({
        ...post,
        title: 'Whoever has her in their address book asks how to ask,',
        method: 'GET',
        path: `${api}/hash_details`,
        reply: { algorithms: ['sha256', 'none'] },
      }),
    () => {
      const pepper = walk.told('lookup_pepper');
      const hash = createHash('sha256').update(`${email.toLowerCase()} email ${pepper}`).digest('base64url');
      return walk.step({
        ...post,
        title: 'and sends a hash of the address rather than the address.',
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
