import type { z } from 'zod';
import type { Mxid } from '../base/mxid.js';
import {
  completeAnswer,
  contactAnswer,
  contactsAnswer,
  groupAnswer,
  listAnswer,
  readChat,
  resultsAnswer,
  startAnswer,
  whoamiAnswer,
} from './bridge-answers.js';
import type { Bridge, BridgeLoginId } from './bridge.js';
import { readBridgeError, type NotFoundMeaning } from './bridge-errors.js';
import { BridgeFailure } from './failure.js';
import {
  createProvisioningClient,
  invalidAnswer,
  isPathSegment,
  type ProvisioningAnswer,
  type ProvisioningClient,
  type ProvisioningClientDeps,
  type ProvisioningRequest,
} from './provisioning-client.js';

/** What the bridge answers by itself. */
const quickMs = 10_000;
/**
 * What the bridge asks Telegram or the homeserver for; less than the 55 seconds after which clients
 * of ours are answered.
 */
const remoteMs = 40_000;
/** The bridge connects to Telegram with the session: 5 to 40 seconds. */
const submitMs = 60_000;

/** A call without what is the same for all calls. */
type Call = Omit<ProvisioningRequest, 'mxid'> & {
  readonly notFound: NotFoundMeaning;
  /** What no message may contain, besides the shared secret. */
  readonly secrets?: readonly string[];
};

/** The bridge over HTTP: the provisioning API, version 3, of mautrix-telegram. */
export function createHttpBridge(deps: ProvisioningClientDeps): Bridge {
  return createBridge(createProvisioningClient(deps), deps.sharedSecret.reveal());
}

function createBridge(send: ProvisioningClient, sharedSecret: string): Bridge {
  async function call(mxid: Mxid, { notFound, secrets = [], ...request }: Call): Promise<ProvisioningAnswer> {
    const answer = await send({ ...request, mxid });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw readBridgeError(answer, notFound, [sharedSecret, ...secrets]);
  }

  /** A call in the name of one login. */
  function callAs(
    mxid: Mxid,
    login: BridgeLoginId,
    { query, ...request }: Omit<Call, 'notFound' | 'deadlineMs'>,
    notFound: NotFoundMeaning = 'identifier',
  ) {
    // An empty login ID would mean the first login.
    if (!isLoginId(login)) throw new BridgeFailure({ kind: 'bridge_login_unknown' });
    return call(mxid, { ...request, query: { ...query, login_id: login }, notFound, deadlineMs: remoteMs });
  }

  return {
    async findUser(mxid) {
      const request = { method: 'GET', path: ['whoami'], notFound: 'login', deadlineMs: quickMs } as const;
      return read(whoamiAnswer, await call(mxid, request));
    },
    async startHandOver(mxid) {
      const path = ['login', 'start', 'manual'];
      const request = { method: 'POST', path, body: {}, notFound: 'process', deadlineMs: quickMs } as const;
      return read(startAnswer, await call(mxid, request));
    },
    async submitSession(mxid, { loginId, stepId, transactionId }, session) {
      const text = session.reveal();
      const answer = await call(mxid, {
        method: 'POST',
        path: ['login', 'step', loginId, stepId, 'user_input'],
        query: { txn_id: transactionId },
        body: { [stepId]: text },
        notFound: 'process',
        deadlineMs: submitMs,
        secrets: [text],
      });
      return read(completeAnswer, answer);
    },
    async cancelHandOver(mxid, { loginId }) {
      const path = ['login', 'cancel', loginId];
      const request = { method: 'POST', path, body: {}, notFound: 'process', deadlineMs: quickMs } as const;
      await unless('bridge_process_unknown', call(mxid, request));
    },
    async logOut(mxid, login) {
      // `all` would log the user out of every account.
      if (!isLoginId(login)) return;
      const path = ['logout', login];
      const request = { method: 'POST', path, body: {}, notFound: 'login', deadlineMs: remoteMs } as const;
      await unless('bridge_login_unknown', call(mxid, request));
    },
    async contacts(mxid, login) {
      return read(contactsAnswer, await callAs(mxid, login, { method: 'GET', path: ['contacts'] }));
    },
    async searchUsers(mxid, login, query) {
      const request = { method: 'POST', path: ['search_users'], body: { query } } as const;
      return read(resultsAnswer, await callAs(mxid, login, request));
    },
    async resolveIdentifier(mxid, login, identifier) {
      requireIdentifier(identifier);
      const request = { method: 'GET', path: ['resolve_identifier', identifier] } as const;
      return read(contactAnswer, await callAs(mxid, login, request));
    },
    async createDm(mxid, login, identifier) {
      requireIdentifier(identifier);
      const request = { method: 'POST', path: ['create_dm', identifier], body: {} } as const;
      const answer = await callAs(mxid, login, request);
      return readChat(answer.status, read(contactAnswer, answer));
    },
    async createGroup(mxid, login, type, body) {
      if (!isPathSegment(type)) throw notFoundHere(`Unrecognized group type ${type}`);
      const request = { method: 'POST', path: ['create_group', type], body } as const;
      return read(groupAnswer, await callAs(mxid, login, request, 'other'));
    },
    async passOn(mxid, login, request) {
      if (!request.path.every(isPathSegment)) throw notFoundHere('Unrecognized endpoint');
      const answer = await callAs(mxid, login, request, 'other');
      return { ...answer, list: request.isList === true ? read(listAnswer, answer) : [] };
    },
  };
}

/** The answer in the port's form. */
function read<T>(schema: z.ZodType<T>, { body }: ProvisioningAnswer): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const places = result.error.issues.map(({ path }) => path.join('.') || '(whole)');
  throw invalidAnswer(`unexpected members: ${places.join(', ')}`);
}

/** Resolves also if the call fails in this way. */
async function unless(kind: BridgeFailure['details']['kind'], answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof BridgeFailure) || error.details.kind !== kind) throw error;
  }
}

function isLoginId(login: BridgeLoginId): boolean {
  return /^[0-9]{1,20}$/.test(login);
}

/** What the bridge would answer to a path that a URL cannot hold. */
function notFoundHere(message: string): BridgeFailure {
  return new BridgeFailure({ kind: 'bridge_request_rejected', status: 404, errcode: 'M_UNRECOGNIZED', message });
}

function requireIdentifier(identifier: string): void {
  if (!isPathSegment(identifier)) throw new BridgeFailure({ kind: 'bridge_identifier_unknown' });
}
