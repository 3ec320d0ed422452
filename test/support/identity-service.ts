import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { EmailInvite } from '../../src/delivery/messenger.js';
import type { SignedAssociation } from '../../src/identity/associations.js';
import { IdentityFailure, type IdentityFailureDetails } from '../../src/identity/failure.js';
import type { InviteRequest } from '../../src/identity/invites.js';
import {
  createIdentityService,
  type IdentityOptions,
  type IdentityService,
  type IdentityServiceDeps,
} from '../../src/identity/service.js';
import { loadSigningKeys, type SigningKeys } from '../../src/identity/signing-keys.js';
import type { Validation } from '../../src/threepid/validation.js';
import type { ValidationAllowances } from '../../src/threepid/limits.js';
import { createFakeFederation, type FakeFederation } from './fake-federation.js';
import type { FakeClock } from './fake-clock.js';
import { generous } from './identity-limits.js';
import type { RecordingMessenger } from './recording-messenger.js';
import { silentLogger } from './silent-logger.js';
import { day, emailRequest, keyOf, openValidation, phoneRequest } from './validation.js';

export const alice = '@alice:example.test' as Mxid;
export const bob = '@bob:example.test' as Mxid;
export const identityServer = 'id.test';

/** An identity service, and what a test does to it from outside. */
export interface IdentityUnderTest {
  readonly service: IdentityService;
  readonly validation: Validation;
  readonly signingKeys: SigningKeys;
  readonly database: Database;
  readonly clock: FakeClock;
  readonly messenger: RecordingMessenger;
  readonly federation: FakeFederation;
  /**
   * Validates a 3PID, an e-mail address unless it begins with a plus, and returns the fields that
   * identify the session.
   */
  readonly prove: (address: string) => Promise<{ readonly sid: string; readonly clientSecret: string }>;
  /**
   * Validates the 3PID and publishes it for that user, who also requests it unless another is
   * given.
   */
  bind(address: string, mxid?: Mxid): Promise<SignedAssociation>;
  /** The invite mails so far. */
  invitations(): EmailInvite[];
  /** Runs all background work to its end, without passing time. */
  settle(turns?: number): Promise<void>;
  close(): Promise<void>;
}

/** Options of a test. */
export type IdentityChanges = Partial<Omit<IdentityServiceDeps, 'options' | 'clock' | 'messenger' | 'federation'>> & {
  readonly options?: Partial<IdentityOptions>;
  readonly clock?: FakeClock;
  readonly federation?: FakeFederation;
  /** How many messages a caller may request. */
  readonly allowances?: ValidationAllowances;
};

/**
 * Opens it on a database of its own unless one is given, and on a clock that stands still. The
 * caller closes it.
 */
export async function openIdentityService(changes: IdentityChanges = {}): Promise<IdentityUnderTest> {
  const { options, database: given, clock: givenClock, federation = createFakeFederation(), ...rest } = changes;
  const { allowances, ...others } = rest;
  const opened = await openValidation({
    ...(given && { database: given }),
    ...(givenClock && { clock: givenClock }),
    ...(allowances && { allowances }),
  });
  const { validation, database, clock, messenger } = opened;
  const folder = await mkdtemp(join(tmpdir(), 'gangway-identity-'));
  const random = systemRandom;
  const logger = silentLogger;
  const signingKeys =
    changes.signingKeys ?? (await loadSigningKeys({ path: join(folder, 'key'), database, clock, random, logger }));
  const service = createIdentityService({
    validation,
    verifyRequest: () => Promise.resolve({ kind: 'missing' }),
    random,
    logger,
    ...others,
    options: {
      serverName: identityServer,
      ownServer: 'example.test' as ServerName,
      bindAllow: 'own_server',
      publicUrl: 'https://id.test',
      webClient: 'https://chat.test',
      allowedWebClients: [],
      lookup: { pepperMs: 30 * day, maxAddresses: 10_000, perUser: { max: 100_000, windowMs: day }, ...generous },
      invites: { perSender: { max: 1000, windowMs: day }, ...generous },
      registrations: { perClient: { max: 1000, windowMs: day } },
      ...options,
    },
    signingKeys,
    database,
    messenger,
    federation,
    clock,
  });

  const prove = async (address: string) => {
    const isPhone = address.startsWith('+');
    const clientSecret = `secret.${systemRandom.bytes(8).toString('hex')}`;
    const request = isPhone
      ? phoneRequest({ clientSecret, typed: { medium: 'msisdn', address } })
      : emailRequest({ clientSecret, typed: { medium: 'email', address } });
    const { sid } = await validation.requestToken(request);
    await validation.submitToken(keyOf(request, sid), new Secret(messenger.tokens().at(-1) ?? ''), undefined);
    return { sid, clientSecret };
  };

  return {
    service,
    validation,
    signingKeys,
    database,
    clock,
    messenger,
    federation,
    prove,
    async bind(address, mxid = alice) {
      return service.associations.bind({ ...(await prove(address)), mxid, caller: mxid });
    },
    invitations: () => messenger.sent.filter((message) => message.kind === 'email_invite'),
    async settle(turns = 50) {
      // A database works in its own threads: the event loop must turn until they have answered.
      for (let turn = 0; turn < turns; turn += 1) {
        await clock.advance(0);
        await database.transaction((tx) => tx.lookupHashes.listPeppers());
      }
    },
    async close() {
      await Promise.all([service.stop(), clock.advance(day)]);
      if (!given) await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An invite from Bob, by version 2. */
export function inviteOf(address: string, changes: Partial<InviteRequest> = {}): InviteRequest {
  return {
    medium: 'email',
    address,
    roomId: '!garden:example.test',
    sender: bob,
    caller: bob,
    clientAddress: '198.51.100.7',
    details: {},
    brand: undefined,
    ...changes,
  };
}

/**
 * Returns the details of the IdentityFailure that `work` rejects with. Throws if it ends otherwise.
 */
export async function identityFailureOf(work: Promise<unknown>): Promise<IdentityFailureDetails> {
  const outcome: unknown = await work.then(
    () => new Error('expected a failure, and there was none'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof IdentityFailure) return outcome.details;
  throw outcome;
}
