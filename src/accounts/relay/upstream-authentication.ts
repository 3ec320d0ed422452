import type { Clock } from '../../base/clock.js';
import type { Homeserver, HomeserverAnswer, HomeserverCaller } from '../../matrix/homeserver.js';
import { isJsonObject } from '../../matrix/json-object.js';
import { AccountFailure } from '../failure.js';
import { nameOperation, type UiaOperation } from '../uia/operation.js';
import { createUiaSessionOwners } from './uia-session-owners.js';
import { mapHomeserverFailure } from './map-homeserver-failure.js';
import { isUnrecognized, readChallenge, readReply } from './read-answer.js';

/** User-interactive authentication that the homeserver does, for what is done here. */
export interface UpstreamAuthentication {
  /**
   * Resolves where `auth`, that member of the request, is good for this very operation. Throws
   * AccountFailure: authentication_incomplete with the homeserver's own words,
   * authentication_unsupported if it asks for none, refused_upstream.
   */
  authenticate(caller: HomeserverCaller, operation: UiaOperation, auth: unknown): Promise<void>;
}

/** The dependencies of createUpstreamAuthentication. */
export interface UpstreamAuthenticationDeps {
  readonly homeserver: Pick<Homeserver, 'authenticate'>;
  readonly clock: Clock;
}

/**
 * Returns the homeserver's user-interactive authentication, of a request to it that has no effect:
 * nobody is logged in. The homeserver does not know what it is for, so which of its sessions were
 * begun for what is remembered here, and a session is good for one operation.
 */
export function createUpstreamAuthentication({
  homeserver,
  clock,
}: UpstreamAuthenticationDeps): UpstreamAuthentication {
  const challenges = createUiaSessionOwners(clock);

  return {
    async authenticate(caller, operation, auth) {
      const ask = async (member: unknown) => mapHomeserverFailure(homeserver.authenticate(member, caller));
      const name = nameOperation(operation);
      const challengeWith = (body: HomeserverAnswer['body']): never => {
        if (typeof body['session'] === 'string') challenges.note(operation.owner, body['session'], name);
        throw new AccountFailure({ kind: 'authentication_incomplete', body });
      };

      // Homeservers can be told to let an authentication count for some minutes, whatever comes
      // with the requests in them. Only one that demands authentication now has looked at what it
      // is sent.
      const challenge = challengeOf(await ask(undefined));
      if (!challenge) throw new AccountFailure({ kind: 'authentication_unsupported' });
      const session = sessionOf(auth);
      const isBegunElsewhere = session !== undefined && !challenges.isFor(operation.owner, session, name);
      if (isEmpty(auth) || isBegunElsewhere) return challengeWith(challenge);

      const refusal = challengeOf(await ask(auth));
      if (refusal) return challengeWith(refusal);
    },
  };
}

/**
 * What the homeserver wants to know before it goes on, or undefined if it has gone on. Throws
 * AccountFailure for everything else.
 */
function challengeOf(answer: HomeserverAnswer): HomeserverAnswer['body'] | undefined {
  const challenge = readChallenge(answer);
  if (challenge) return challenge;
  if (isUnrecognized(answer)) throw new AccountFailure({ kind: 'authentication_unsupported' });
  readReply(answer);
  return undefined;
}

function isEmpty(auth: unknown): boolean {
  return auth === undefined || auth === null || (isJsonObject(auth) && Object.keys(auth).length === 0);
}

function sessionOf(auth: unknown): string | undefined {
  const session = isJsonObject(auth) ? auth['session'] : undefined;
  return typeof session === 'string' ? session : undefined;
}
