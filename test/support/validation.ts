import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { createValidation, type ValidationDeps } from '../../src/threepid/service.js';
import type { ValidationAllowances } from '../../src/threepid/limits.js';
import type { SubmissionKey, TokenRequest, Validation } from '../../src/threepid/validation.js';
import { openTestDatabase } from './database.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { createRecordingMessenger, type RecordingMessenger } from './recording-messenger.js';
import { silentLogger } from './silent-logger.js';

/** The validation service, and what a test does to it from outside. */
export interface ValidationUnderTest {
  readonly validation: Validation;
  readonly database: Database;
  readonly clock: FakeClock;
  readonly messenger: RecordingMessenger;
  close(): Promise<void>;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

const many = { max: 1000, windowMs: hour };

/** Limits that no test reaches by accident. */
export const allowances: ValidationAllowances = {
  perEmailAddress: many,
  perPhoneNumber: many,
  perClient: many,
  perUser: many,
  perCallingCode: many,
  guessesPerClient: many,
};

/**
 * Opens it on a database of its own unless one is given, and on a clock that stands still. The
 * caller closes it.
 */
export async function openValidation(
  options: Partial<Omit<ValidationDeps, 'messenger' | 'clock'>> & {
    readonly messenger?: RecordingMessenger;
    readonly clock?: FakeClock;
  } = {},
): Promise<ValidationUnderTest> {
  const clock = options.clock ?? createFakeClock();
  const messenger = options.messenger ?? createRecordingMessenger();
  const database = options.database ?? (await openTestDatabase({ clock }));
  const validation = createValidation({
    linkTo: ({ purpose, sid, clientSecret, token }) =>
      new Secret(`https://id.test/${purpose}?${new URLSearchParams({ sid, clientSecret, token: token.reveal() })}`),
    ownServer: 'example.test' as ServerName,
    nextLinks: { hostnames: ['chat.test'], allowHttp: false },
    allowances,
    maxGuesses: 5,
    allowedCountries: [],
    lifetimes: { provableMs: day, usableMs: day, rememberedMs: 5 * day },
    random: systemRandom,
    logger: silentLogger,
    ...options,
    database,
    messenger,
    clock,
  });
  return { validation, database, clock, messenger, close: () => database.close() };
}

/** An unknown client. */
const unknownClient = { client: '198.51.100.7', mxid: undefined };

/** A user with some client. */
export const askerOf = (localpart: string, client = '198.51.100.7') => ({
  client,
  mxid: `@${localpart}:example.test` as Mxid,
});

/** A first request for a token to an e-mail address. */
export function emailRequest(changes: Partial<TokenRequest> = {}): TokenRequest {
  return {
    purpose: 'identity',
    typed: { medium: 'email', address: 'Alice@Mail.test' },
    clientSecret: 'alices.secret',
    sendAttempt: 1,
    nextLink: undefined,
    asker: unknownClient,
    ...changes,
  };
}

/** A first request for a code to a phone. */
export function phoneRequest(changes: Partial<TokenRequest> = {}): TokenRequest {
  return emailRequest({ typed: { medium: 'msisdn', address: '07470 674927', country: 'GB' }, ...changes });
}

/** The fields that identify the session of a request. */
export function keyOf({ purpose, typed: { medium }, clientSecret }: TokenRequest, sid: string): SubmissionKey {
  return { purpose, medium, clientSecret, sid };
}

/** The purpose of a session in tests that do not depend on it. */
export const nothing = () => Promise.resolve();
