import type { Clock } from '../../base/clock.js';
import type { Homeserver, HomeserverAnswer, HomeserverCaller } from '../../matrix/homeserver.js';
import { isJsonObject } from '../../matrix/json-object.js';
import { AccountFailure } from '../failure.js';
import { nameOperation, type UiaOperation } from '../uia/operation.js';
import { createUiaSessionOwners } from './uia-session-owners.js';
import { mapHomeserverFailure } from './map-homeserver-failure.js';
import { isUnrecognized, readChallenge, readReply } from './read-answer.js';

/** User-interactive authentication by the homeserver, for operations of this daemon. */
export interface UpstreamAuthentication {
  /**
   * Resolves if `auth`, the member of the request, authenticates this very operation. Throws
   * AccountFailure authentication_incomplete with the homeserver's body, authentication_unsupported
   * if the homeserver requires none, or refused_upstream.
   */
  authenticate(caller: HomeserverCaller, operation: UiaOperation, auth: unknown): Promise<void>;
}

export interface UpstreamAuthenticationDeps {
  readonly homeserver: Pick<Homeserver, 'authenticate'>;
  readonly clock: Clock;
}

/**
 * Creates the authentication, which uses a request without effect: it logs no device out. The
 * homeserver cannot know the purpose of a session, so the purpose is recorded here, and each
 * session is valid for one operation.
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

      // A homeserver may accept an authentication for some minutes, whatever `auth` later requests
      // contain. Only a homeserver that requires authentication now has checked `auth`.
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
 * Returns what the homeserver requires next, or undefined if it requires nothing. Throws
 * AccountFailure for any other answer.
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
