import type { ServerName } from '../base/mxid.js';
import { createQuotaGroups, partOfAllowance } from '../base/quota-groups.js';
import { alphanumeric, randomId, randomText } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import type { Database, Transaction } from '../database/database.js';
import type { ValidationSessionKey, ValidationSessionRecord } from '../database/tables/validation-sessions.js';
import type { Message, Messenger } from '../delivery/messenger.js';
import { ThreepidFailure, type ThreepidFailureDetails } from './failure.js';
import { addressWaitMs, createAskerLimits, type ValidationAllowances } from './limits.js';
import { decideSend, decideSubmit, proofOf } from './machine.js';
import { withSid, type NextLinkPolicy } from './next-link.js';
import { readKey, readRequest, type ReadRequest } from './read-request.js';
import { sendToken, type SendOutcome } from './send-token.js';
import { makeToken, readToken } from './tokens.js';
import type { Asker, SessionAddress, SessionKey, SubmissionKey, ValidatedAddress, Validation } from './validation.js';

/** How long sessions last. */
export interface ValidationLifetimes {
  /** From the opening of a session until its address must be proven. */
  readonly provableMs: number;
  /** From the proof until it must be used. */
  readonly usableMs: number;
  /** From then on, until the session is deleted. */
  readonly rememberedMs: number;
}

export interface ValidationDeps extends Runtime {
  readonly database: Database;
  readonly messenger: Messenger;
  /** Whose users have the whole of each shared budget. */
  readonly ownServer: ServerName;
  /** Returns the URL of the page that validates an e-mail address with this token. */
  readonly linkTo: (proof: SessionKey & { readonly token: Secret }) => Secret;
  readonly nextLinks: NextLinkPolicy;
  readonly allowances: ValidationAllowances;
  /** How many wrong guesses the code for a phone survives. */
  readonly maxGuesses: number;
  /** ISO 3166-1, upper case: the countries to whose phones messages may be sent. Empty: all. */
  readonly allowedCountries: readonly string[];
  readonly lifetimes: ValidationLifetimes;
}

/** Returns the validation machine on a database. */
export function createValidation(deps: ValidationDeps): Validation {
  const { database, allowances, lifetimes, clock, random } = deps;
  const quotaGroupsOf = createQuotaGroups(deps.ownServer);
  const limits = createAskerLimits(allowances, { limiter: database.limiter, quotaGroupsOf });

  /** How long until a token may be sent to that address again for that caller. */
  async function waitMs(tx: Transaction, { medium, address }: Address, asker: Asker): Promise<number> {
    const allowance = medium === 'email' ? allowances.perEmailAddress : allowances.perPhoneNumber;
    const now = clock.now();
    const sent = await tx.validationSessions.listSent({ medium, address }, now - allowance.windowMs);
    const waits = quotaGroupsOf(asker).map(({ key, part }) => {
      const ofGroup = sent.filter((token) => quotaGroupsOf(askerOf(token)).some((group) => group.key === key));
      return addressWaitMs(timesOf(ofGroup), partOfAllowance(allowance, part), now);
    });
    return Math.max(addressWaitMs(timesOf(sent), allowance, now), ...waits);
  }

  /** Counts the message, if there is to be one, before the transaction that writes its token. */
  async function prepare(request: ReadRequest): Promise<Prepared> {
    const { destination, asker } = request;
    const repeated = await database.transaction((tx) => prepareIn(tx, request, false));
    if (repeated) return repeated;
    await limits.admitMessage(asker, destination.medium === 'msisdn' ? destination.callingCode : undefined);
    const prepared = await database.transaction((tx) => prepareIn(tx, request, true));
    if (!prepared) throw new Error('an admitted message was not prepared');
    return prepared;
  }

  /**
   * Finds or opens the session of a request. What is to be sent is in the database before it goes
   * out: so whatever arrives is good. Returns undefined, and changes nothing, if there is a message
   * to send that was not admitted yet.
   */
  async function prepareIn(tx: Transaction, request: ReadRequest, isAdmitted: boolean): Promise<Prepared | undefined> {
    const { destination, purpose, clientSecret, asker, nextLink } = request;
    const { medium, address } = destination;
    const now = clock.now();
    const wanted = { purpose, medium, address, mxid: asker.mxid };
    const open = await tx.validationSessions.findOpen({ ...wanted, clientSecret }, now);
    const decision = decideSend(open, request.sendAttempt);
    if (decision.act === 'repeat') return { session: decision.session, sending: undefined };

    const retryAfterMs = await waitMs(tx, destination, asker);
    if (retryAfterMs > 0) throw new ThreepidFailure({ kind: 'rate_limited', retryAfterMs });
    if (!isAdmitted) return undefined;
    const admission = await request.admit?.(tx, { medium, address });

    const session = open ?? { ...wanted, ...newSession(now), alias: destination.alias, nextLink };
    if (open) await tx.validationSessions.setNextLink(open.id, nextLink);
    else await tx.validationSessions.insert(session, clientSecret);
    const token = makeToken(medium, random);
    const tokenId = randomId(random);
    const record = { id: tokenId, sessionId: session.id, createdAt: now, wrongGuesses: 0 };
    await tx.validationSessions.insertToken(record, token);
    const isWithheld = admission === 'withhold';
    return { session, sending: { tokenId, token, attempt: decision.attempt, isWithheld } };
  }

  function newSession(now: number) {
    const id = randomText(random, sidLength, alphanumeric);
    const expiresAt = now + lifetimes.provableMs;
    return { id, lastAttempt: undefined, createdAt: now, validatedAt: undefined, expiresAt };
  }

  function messageOf(request: ReadRequest, session: ValidationSessionRecord, token: Secret): Message {
    const { destination, purpose, clientSecret, brand } = request;
    const expiresInMs = session.expiresAt - clock.now();
    if (destination.medium === 'msisdn') {
      return { kind: 'phone_validation', to: destination.number, code: token, expiresInMs };
    }
    const link = deps.linkTo({ purpose, sid: session.id, clientSecret: clientSecret.reveal(), token });
    const kind = purpose === 'password' ? 'email_password_reset' : 'email_validation';
    return { kind, to: destination.address, link, token, expiresInMs, brand };
  }

  /**
   * Sends the token, or what goes out in its place: nothing to a phone, and nothing about a new
   * password.
   */
  async function deliver(
    request: ReadRequest,
    session: ValidationSessionRecord,
    sending: Sending,
  ): Promise<SendOutcome> {
    const { destination, purpose, brand, asker } = request;
    const groups = quotaGroupsOf(asker);
    if (!sending.isWithheld) {
      return sendToken(deps, destination, messageOf(request, session, sending.token), groups);
    }
    if (destination.medium === 'msisdn' || purpose === 'password') return { isSent: true };
    return sendToken(deps, destination, { kind: 'email_in_use', to: destination.address, brand }, groups);
  }

  /**
   * Counts the token whether or not it can be delivered. Otherwise the limits would reveal the
   * difference to the caller.
   */
  async function count(_: ReadRequest, session: ValidationSessionRecord, { attempt }: Sending): Promise<void> {
    await database.transaction((tx) => tx.validationSessions.advance(session.id, attempt));
  }

  /**
   * Delivers after the caller has its answer. Otherwise the duration of sending would reveal
   * whether there is a message.
   */
  function deliverUnseen(request: ReadRequest, session: ValidationSessionRecord, sending: Sending): void {
    setImmediate(() => {
      deliver(request, session, sending).catch((error: unknown) =>
        deps.logger.error('validation message failed', { error }),
      );
    });
  }

  async function deliverSeen(request: ReadRequest, session: ValidationSessionRecord, sending: Sending): Promise<void> {
    const outcome = await deliver(request, session, sending);
    await database.transaction(async (tx) => {
      if (outcome.isSent) await tx.validationSessions.advance(session.id, sending.attempt);
      else if (!outcome.mayArrive) await tx.validationSessions.deleteToken(sending.tokenId);
    });
    if (!outcome.isSent) throw outcome.failure;
  }

  /**
   * Judges the token, and counts a wrong one. Validates the session unless the caller only checks.
   */
  async function submit(tx: Transaction, key: ReadSubmissionKey, token: Secret, isCheck: boolean): Promise<Submitted> {
    const session = await tx.validationSessions.hold(key);
    if (session?.medium !== key.medium) return { failure: { kind: 'session_unknown' } };
    const tokens = await tx.validationSessions.compareTokens(session.id, token);
    const maxGuesses = session.medium === 'msisdn' ? deps.maxGuesses : maxGuessesOfMailed;
    const rules = { maxGuesses, usableMs: lifetimes.usableMs };
    const now = clock.now();
    const decision = decideSubmit(session, tokens, rules, now);
    switch (decision.act) {
      case 'refuse':
        await tx.validationSessions.chargeTokens(decision.charged);
        return { failure: decision.failure };
      case 'exhausted':
        return { failure: { kind: 'too_many_guesses', retryAfterMs: await waitMs(tx, session, askerOf(session)) } };
      case 'validate':
        if (!isCheck) await tx.validationSessions.validate(session.id, now, decision.expiresAt);
        return { session };
      case 'confirm':
        return { session };
    }
  }

  async function judge(key: SubmissionKey, token: Secret, client: string | undefined, isCheck: boolean) {
    const read = { ...readKey(key), medium: key.medium };
    await limits.admitGuess(client);
    const outcome = await database.transaction((tx) => submit(tx, read, readToken(token), isCheck));
    if ('failure' in outcome) throw new ThreepidFailure(outcome.failure);
    return outcome.session;
  }

  function provenBy(session: ValidationSessionRecord | undefined): ValidatedAddress {
    if (!session) throw new ThreepidFailure({ kind: 'session_unknown' });
    const proof = proofOf(session, clock.now());
    if ('failure' in proof) throw new ThreepidFailure(proof.failure);
    const { medium, address, alias, mxid } = session;
    return { medium, address, alias, mxid, validatedAt: proof.validatedAt };
  }

  return {
    checkAsker: (asker) => limits.checkAsker(asker),

    async requestToken(typed) {
      const request = readRequest(typed, deps);
      const { destination } = request;
      const { medium, address } = destination;
      const isQuiet = request.isQuiet === true;
      // Of requests at once for one address, each sees what the one before it has sent.
      const { session, sending } = await database.locks.run(`validation ${medium} ${address}`, async () => {
        const prepared = await prepare(request);
        if (prepared.sending) await (isQuiet ? count : deliverSeen)(request, prepared.session, prepared.sending);
        return prepared;
      });
      if (sending && isQuiet) deliverUnseen(request, session, sending);
      const internationalFormat = destination.medium === 'msisdn' ? destination.internationalFormat : undefined;
      return { sid: session.id, address: { medium, address }, internationalFormat };
    },

    async submitToken(key, token, client) {
      const { id, nextLink } = await judge(key, token, client, false);
      return { nextLink: nextLink === undefined ? undefined : withSid(nextLink, id) };
    },

    async checkToken(key, token, client) {
      return sessionAddress(await judge(key, token, client, true));
    },

    async find(key) {
      const read = readKey(key);
      const found = await database.transaction((tx) => tx.validationSessions.find(read));
      if (!found || clock.now() >= found.expiresAt) return undefined;
      return sessionAddress(found);
    },

    async loadValidated(key) {
      const read = readKey(key);
      return provenBy(await database.transaction((tx) => tx.validationSessions.find(read)));
    },

    async consume(key, use, hold) {
      const read = readKey(key);
      return database.transaction(async (tx) => {
        await hold?.(tx);
        const session = await tx.validationSessions.hold(read);
        const used = await use(tx, provenBy(session));
        await tx.validationSessions.delete(read.id);
        return used;
      });
    },

    async sweep() {
      // Sessions that limits still count are not deleted.
      const { perEmailAddress, perPhoneNumber } = allowances;
      const keptMs = Math.max(lifetimes.rememberedMs, perEmailAddress.windowMs, perPhoneNumber.windowMs);
      await database.transaction((tx) => tx.validationSessions.deleteExpired(clock.now() - keptMs));
    },
  };
}

function sessionAddress({ medium, address, mxid, validatedAt }: ValidationSessionRecord): SessionAddress {
  return { medium, address, mxid, validatedAt };
}

function timesOf(sent: readonly { readonly at: number }[]): readonly number[] {
  return sent.map(({ at }) => at);
}

/** Who asked for the session's tokens; an unauthenticated caller if the session names no user. */
function askerOf({ mxid }: Pick<ValidationSessionRecord, 'mxid'>): Asker {
  return { client: '', mxid };
}

// 190 random bits.
const sidLength = 32;
// Mailed tokens cannot be guessed. A client that tries so often is defective.
const maxGuessesOfMailed = 100;
type ReadSubmissionKey = ValidationSessionKey & Pick<SubmissionKey, 'medium'>;

type Address = Pick<ValidationSessionRecord, 'medium' | 'address'>;

type Submitted = { readonly session: ValidationSessionRecord } | { readonly failure: ThreepidFailureDetails };

interface Sending {
  readonly tokenId: string;
  readonly token: Secret;
  readonly attempt: number;
  readonly isWithheld: boolean;
}

interface Prepared {
  readonly session: ValidationSessionRecord;
  readonly sending: Sending | undefined;
}
