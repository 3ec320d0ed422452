import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdentityRest } from '../../src/api/identity/identity-rest.js';
import { createIdentityApis, type IdentityDeps } from '../../src/api/identity-apis.js';
import { validationLink } from '../../src/api/identity/validation-page.js';
import type { Allowance } from '../../src/base/leaky-buckets.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import { createIdentityUsers } from '../../src/identity/database-users.js';
import type { Policy } from '../../src/identity/users.js';
import { createIdentityService, type IdentityService } from '../../src/identity/service.js';
import { loadSigningKeys } from '../../src/identity/signing-keys.js';
import { FederationFailure } from '../../src/matrix/federation-failure.js';
import type { SignatureVerdict, SignedRequest } from '../../src/matrix/x-matrix.js';
import type { ValidationAllowances } from '../../src/threepid/limits.js';
import type { FakeClock } from './fake-clock.js';
import { startServer } from './http-server.js';
import { sendRaw, type RawReply, type RawRequest } from './raw-http.js';
import type { RecordingLogger } from './recording-logger.js';
import type { RecordingMessenger } from './recording-messenger.js';
import { silentLogger } from './silent-logger.js';
import { openValidation } from './validation.js';
import { generous } from './identity-limits.js';
import { testPages } from './test-pages.js';

/** A reply, with its JSON if it has any. */
export interface IdentityReply extends RawReply {
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * The identity service over real HTTP, on a database in memory; homeservers and messages are fakes.
 */
export interface IdentityApi {
  readonly messenger: RecordingMessenger;
  readonly clock: FakeClock;
  readonly log: RecordingLogger;
  readonly service: IdentityService;
  /** Requests whose signature was verified. */
  readonly signed: SignedRequest[];
  /** Sends exactly this. */
  send(request: RawRequest): Promise<IdentityReply>;
  /** Sends JSON, with an access token if one is given. */
  call(method: string, path: string, body?: unknown, accessToken?: string): Promise<IdentityReply>;
  /** An access token of the user. */
  register(mxid: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * How an identity service under test differs from the default, which serves all of version 1 and
 * whose page requires a click.
 */
export interface IdentityApiOptions {
  readonly policies?: Readonly<Record<string, Policy>>;
  /** The homeservers' answers about signatures. */
  readonly verdict?: SignatureVerdict;
  /** Changes the dependencies of the APIs. */
  readonly change?: (deps: IdentityDeps) => IdentityDeps;
  readonly disabled?: boolean;
  /** How many messages a caller may request. */
  readonly allowances?: ValidationAllowances;
  readonly registrationsPerClient?: Allowance;
}

const publicUrl = 'https://id.test';
export const delegateSecret = 'the-secret-of-the-homeserver';

const many = { max: 100_000, windowMs: 3_600_000 };
const served = { enabled: true, isAllowed: () => true };

/** Starts a service on a clock that stands still. Undeclared replies fail as defects. */
export async function startIdentityApi(options: IdentityApiOptions = {}): Promise<IdentityApi> {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-identity-'));
  const proving = await openValidation({
    linkTo: (proof) => validationLink(publicUrl, proof),
    ...(options.allowances && { allowances: options.allowances }),
  });
  const { validation, database, clock, messenger } = proving;
  const runtime = { database, clock, random: systemRandom, logger: silentLogger };
  const signed: SignedRequest[] = [];
  const service = createIdentityService({
    ...runtime,
    options: {
      serverName: 'id.test',
      ownServer: 'example.test' as ServerName,
      bindAllow: 'own_server',
      publicUrl,
      webClient: 'https://chat.test',
      allowedWebClients: [],
      lookup: { pepperMs: 30 * 86_400_000, maxAddresses: 10_000, perUser: many, ...generous },
      invites: { perSender: many, ...generous },
      registrations: { perClient: { max: 1000, windowMs: 86_400_000 } },
    },
    signingKeys: await loadSigningKeys({ ...runtime, path: join(folder, 'signing.key') }),
    validation,
    messenger,
    federation: { postOnBind: () => Promise.reject(new FederationFailure({ kind: 'no_connection' })) },
    verifyRequest: (request) => {
      signed.push(request);
      return Promise.resolve(options.verdict ?? { kind: 'missing' });
    },
  });
  const users = createIdentityUsers({
    ...runtime,
    // A token is the Matrix ID itself.
    openId: { openIdSubject: (_server, token) => Promise.resolve(token.reveal() as Mxid) },
    allowedServers: [],
    policies: options.policies ?? {},
    registrationsPerClient: options.registrationsPerClient ?? many,
  });
  const deps: IdentityDeps = {
    validation,
    associations: service.associations,
    invites: service.invites,
    lookup: service.lookup,
    publicKeys: service.keys,
    users,
    pages: testPages,
    v1: { validate: served, bind: served, lookup: served, invite: served, submitErrorStatus: 200 },
    delegate: { secret: new Secret(delegateSecret), isAllowed: () => true },
  };
  const apis = options.disabled === true ? [createIdentityRest()] : createIdentityApis((options.change ?? same)(deps));
  const server = await startServer(apis, {
    clock,
    trustedProxies: ['127.0.0.1'],
    isUnavailable: (failure) => failure instanceof DatabaseFailure,
  });

  const send = async (request: RawRequest): Promise<IdentityReply> => {
    const reply = await sendRaw(server.port, request);
    const isJson = String(reply.headers['content-type']).startsWith('application/json');
    return { ...reply, json: isJson ? (JSON.parse(reply.text) as IdentityReply['json']) : {} };
  };
  const call: IdentityApi['call'] = (method, path, body, accessToken) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    };
    return send({ method, path, headers, ...(text === undefined ? {} : { body: text }) });
  };
  return {
    messenger,
    clock,
    log: server.log,
    service,
    signed,
    send,
    call,
    async register(mxid) {
      const openId = { access_token: mxid, matrix_server_name: mxid.slice(mxid.indexOf(':') + 1) };
      const { json } = await call('POST', '/_matrix/identity/v2/account/register', openId);
      return String(json['token']);
    },
    async close() {
      await server.stop(0);
      await service.stop();
      await proving.close();
      await rm(folder, { recursive: true });
    },
  };
}

function same(deps: IdentityDeps): IdentityDeps {
  return deps;
}

/** The fields that identify the session of the last mail and validate its 3PID, as in its link. */
export function lastLink(messenger: RecordingMessenger): URL {
  const mail = messenger.sent.findLast((message) => message.kind === 'email_validation');
  if (mail?.kind !== 'email_validation') throw new Error('no mail was sent');
  return new URL(mail.link.reveal());
}
