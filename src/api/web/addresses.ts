import { AccountFailure } from '../../accounts/failure.js';
import type { AccountAddress, PendingAddress, ProofSession } from '../../accounts/threepids/account-addresses.js';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { clientNetwork } from '../../http/client-ip.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import { addressesPage, pendingPage, type ShownAddress } from '../../web/site/address-pages.js';
import { addressProblemOf } from './address-problems.js';
import type { WebAddresses, WebDeps } from './deps.js';
import { goTo, goToNotice, userForm, userPage, type UserRequest } from './page-endpoint.js';
import { authenticateByPassword } from './password-authentication.js';
import { WebFailure, withProblem, type PageProblem } from './problems.js';
import { deriveSecret, readNotice, type Visitor } from './visitor.js';

const media = ['email', 'msisdn'] as const;
type Medium = (typeof media)[number];

const sessionId = { session: { description: 'The ID of the validation session.', pattern: '[0-9A-Za-z.=_-]{1,255}' } };
const start = '/addresses';

/** What to show above the list. */
interface Shown {
  readonly problem?: PageProblem;
  /** All 3PIDs, if the homeserver was asked; otherwise those stored here. */
  readonly all?: readonly AccountAddress[];
  readonly typed?: { readonly medium: Medium; readonly address: string };
}

/** GET /addresses: the 3PIDs of the user's Matrix account. */
export const listAddresses = userPage(
  {
    name: 'addresses',
    path: start,
    params: {},
    query: { done: { description: 'What has succeeded.' } },
    summary: 'Show the e-mail addresses and phone numbers of the Matrix account',
  },
  async (deps, request) => showList(deps, request),
);

/** POST /addresses/all: includes the 3PIDs that only the homeserver has. */
export const listAllAddresses = userForm(
  { name: 'all_addresses', path: `${start}/all`, params: {}, summary: 'Include the 3PIDs of the homeserver' },
  async (deps, request) => {
    const service = requireAddresses(deps);
    try {
      const all = await service.signIn.whileLoggedIn(readPassword(request), (caller) => service.addresses.list(caller));
      return await showList(deps, request, { all });
    } catch (error) {
      return showList(deps, request, { problem: readProblem(error) });
    }
  },
);

/** POST /addresses: sends a mail or a code. */
export const startAddress = userForm(
  { name: 'start_address', path: start, params: {}, summary: 'Send a mail or a code that validates an address' },
  async (deps, request) => {
    const { form } = request;
    const medium = media.find((each) => each === form['medium']);
    if (medium === undefined) throw new WebFailure({ kind: 'request_invalid' });
    const address = form['address'] ?? '';
    try {
      const sid = await sendToken(deps, request, { medium, address });
      return goTo(deps, `${start}/pending/${sid}`);
    } catch (error) {
      return showList(deps, request, { problem: readProblem(error), typed: { medium, address } });
    }
  },
);

/** POST /addresses/remove. Can be repeated. */
export const removeAddress = userForm(
  { name: 'remove_address', path: `${start}/remove`, params: {}, summary: 'Remove an address from the account' },
  async (deps, request) => {
    const { form, visitor } = request;
    const service = requireAddresses(deps);
    const { medium = '', address = '' } = form;
    try {
      await service.signIn.whileLoggedIn(readPassword(request), (caller) =>
        service.addresses.remove(caller, { medium, address, idServer: undefined, body: { medium, address } }),
      );
      return goToNotice(deps, visitor, 'address_removed', start);
    } catch (error) {
      return showList(deps, request, { problem: readProblem(error) });
    }
  },
);

/** GET /addresses/pending/{session}: how to validate the address. */
export const showPending = userPage(
  { name: 'pending_address', path: `${start}/pending/{session}`, params: sessionId, summary: 'Validate an address' },
  async (deps, { owner, visitor, params }) => {
    const session = sessionOf(visitor, params.session);
    return pendingPage(visitor.frame, shownPending(params.session, await findPending(deps, owner, session)));
  },
);

/** POST /addresses/pending/{session}: submits the code, and adds the address. */
export const addAddress = userForm(
  {
    name: 'add_address',
    path: `${start}/pending/{session}`,
    params: sessionId,
    summary: 'Add the validated address to the account',
  },
  async (deps, request) => {
    const { owner, visitor, params, form, clientAddress } = request;
    const service = requireAddresses(deps);
    const session = sessionOf(visitor, params.session);
    const before = await findPending(deps, owner, session);
    try {
      const login = readPassword(request);
      if (before.medium === 'msisdn' && before.isValidated !== true) {
        const code = form['code']?.trim() ?? '';
        if (code === '') throw new WebFailure({ kind: 'confirmation_code_missing' });
        const from = { client: clientNetwork(clientAddress), clientAddress };
        await service.addresses.submitCode(session, new Secret(code), from);
      }
      await service.signIn.whileLoggedIn(login, (caller) =>
        authenticateByPassword(login, (auth) =>
          service.addresses.add(caller, session, auth, {
            sid: session.sid,
            client_secret: session.clientSecret,
            ...(auth === undefined ? {} : { auth }),
          }),
        ),
      );
      return goToNotice(deps, visitor, 'address_added', start);
    } catch (error) {
      const problem = readProblem(error);
      const now = await findPending(deps, owner, session);
      return withProblem(pendingPage(visitor.frame, { ...shownPending(params.session, now), problem }), problem);
    }
  },
);

/** POST /addresses/pending/{session}/resend */
export const resendAddress = userForm(
  {
    name: 'resend_address',
    path: `${start}/pending/{session}/resend`,
    params: sessionId,
    summary: 'Send the mail or the code again',
  },
  async (deps, request) => {
    const { owner, visitor, params } = request;
    const pending = await findPending(deps, owner, sessionOf(visitor, params.session));
    try {
      const sid = await sendToken(deps, request, { ...pending, address: writtenForm(pending) });
      return goTo(deps, `${start}/pending/${sid}`);
    } catch (error) {
      const problem = readProblem(error);
      return withProblem(pendingPage(visitor.frame, { ...shownPending(params.session, pending), problem }), problem);
    }
  },
);

type FormRequest = UserRequest<never, never>;

async function showList(
  deps: WebDeps,
  {
    owner,
    visitor,
    clientAddress,
    query,
  }: Pick<UserRequest<never, 'done'>, 'owner' | 'visitor' | 'clientAddress' | 'query'>,
  { problem, all, typed }: Shown = {},
) {
  const { addresses, isPartial, signIn } = requireAddresses(deps);
  const notice = readNotice(visitor, query.done);
  const found = all ?? (await addresses.listStored(owner));
  const isSendable = await Promise.all(media.map((medium) => canSend(addresses, medium, clientAddress)));
  const page = addressesPage(visitor.frame, {
    addresses: found.map(shownAddress),
    media: media.filter((_, index) => isSendable[index]),
    canChange: await signIn.isOffered('m.login.password', clientAddress),
    isPartial: isPartial && all === undefined,
    done: notice === 'address_added' || notice === 'address_removed' ? notice : undefined,
    problem,
    typed,
  });
  return problem === undefined ? page : withProblem(page, problem);
}

function shownAddress({ medium, address }: AccountAddress): ShownAddress {
  return { medium, address, text: writtenForm({ medium, address }) };
}

/** Returns the form in which users write it. */
function writtenForm({ medium, address }: { readonly medium: string; readonly address: string }): string {
  return medium === 'msisdn' ? `+${address}` : address;
}

/** Returns whether the user may request a token for such an address, now or later. */
async function canSend(addresses: WebAddresses['addresses'], medium: Medium, clientAddress: string): Promise<boolean> {
  try {
    await addresses.admitToken(medium, clientNetwork(clientAddress));
    return true;
  } catch (error) {
    if (error instanceof ThreepidFailure) return error.details.kind !== 'medium_unsupported';
    if (error instanceof AccountFailure) return false;
    throw error;
  }
}

/** Returns the ID of the session. */
async function sendToken(
  deps: WebDeps,
  { owner, visitor, clientAddress }: Pick<FormRequest, 'owner' | 'visitor' | 'clientAddress'>,
  { medium, address }: { readonly medium: Medium; readonly address: string },
): Promise<string> {
  const { clientSecret } = sessionOf(visitor, '');
  // Each form sends a message; pressing twice within a second sends one.
  const sendAttempt = Math.floor(deps.clock.now() / 1000);
  const reply = await requireAddresses(deps).addresses.requestToken({
    medium,
    address,
    country: undefined,
    clientSecret,
    sendAttempt,
    nextLink: undefined,
    caller: { mxid: owner, accessToken: undefined },
    clientAddress,
    client: clientNetwork(clientAddress),
    body: { client_secret: clientSecret, send_attempt: sendAttempt },
  });
  return String(reply['sid']);
}

/** The client secret belongs to the session of the page: no other browser can use the session. */
function sessionOf(visitor: Visitor, sid: string): ProofSession {
  return { sid, clientSecret: deriveSecret(visitor, 'addresses') };
}

async function findPending(
  deps: WebDeps,
  owner: Mxid,
  session: ProofSession,
): Promise<PendingAddress & { medium: Medium }> {
  const pending = await requireAddresses(deps).addresses.findPending(owner, session);
  const medium = media.find((each) => each === pending?.medium);
  if (!pending || medium === undefined) throw new WebFailure({ kind: 'confirmation_over' });
  return { ...pending, medium };
}

function shownPending(sid: string, { medium, isValidated, ...pending }: PendingAddress & { medium: Medium }) {
  return { sid, medium, text: writtenForm({ medium, ...pending }), isValidated };
}

function readPassword({ owner, form, clientAddress }: Pick<FormRequest, 'owner' | 'form' | 'clientAddress'>) {
  const password = form['password'] ?? '';
  if (password === '') throw new WebFailure({ kind: 'matrix_password_missing' });
  return { mxid: owner, password: new Secret(password), clientAddress };
}

function requireAddresses({ addresses }: WebDeps): WebAddresses {
  if (!addresses) throw new WebFailure({ kind: 'page_unknown' });
  return addresses;
}

/** Returns the problem to show on the page, or throws the error again. */
function readProblem(error: unknown): PageProblem {
  const problem = addressProblemOf(error);
  if (!problem) throw error;
  return problem;
}
