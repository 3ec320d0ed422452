import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import type { Purpose, Validation } from '../../threepid/validation.js';
import { AccountFailure } from '../failure.js';
import type { AddressTokenRequest, ProofSession, RequestBody } from './account-addresses.js';
import { ticketReply } from './ticket-reply.js';

/** The sessions in which our own users prove addresses. */
export interface ProofSessions {
  /**
   * Throws ThreepidFailure medium_unsupported if no address of that medium can be proven, and
   * rate_limited if that client may request no token now. Counts nothing.
   */
  admitToken(medium: 'email' | 'msisdn', client: string): void;
  /**
   * Returns the reply of the request. Of an address that belongs to an account already, a known
   * caller learns it (address_in_use); for others nothing is to be seen, and the owner of an e-mail
   * address gets a mail. Throws ThreepidFailure, too.
   */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /** What was proven in the session, or undefined if nothing was, or not any more. */
  findProven(session: ProofSession): Promise<ThirdPartyAddress | undefined>;
  /** Returns whether it is one of ours, proven or not, expired or not. */
  isOurs(session: ProofSession): Promise<boolean>;
}

/** The dependencies of createProofSessions. */
export interface ProofSessionsDeps {
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker' | 'loadValidated'>;
  /** Whether there is a way for messages to addresses of that medium. */
  readonly canSend: (medium: 'email' | 'msisdn') => boolean;
  /**
   * Where clients give tokens, or undefined if nobody can reach us: then there is no page for
   * e-mail to lead to either.
   */
  readonly submitUrl: ((medium: 'email' | 'msisdn') => string) | undefined;
  /** Whether strangers, too, learn that an address belongs to somebody. */
  readonly revealsInUse: boolean;
}

/** The sessions that prove an address for an account. */
export const accountPurpose: Purpose = 'account';

/** Returns the sessions of that machine. */
export function createProofSessions(deps: ProofSessionsDeps): ProofSessions {
  const { validation, canSend, submitUrl, revealsInUse } = deps;

  const requireMedium = (medium: 'email' | 'msisdn') => {
    const isReached = medium === 'msisdn' || submitUrl !== undefined;
    if (!isReached || !canSend(medium)) throw new ThreepidFailure({ kind: 'medium_unsupported', medium });
  };

  return {
    admitToken(medium, client) {
      requireMedium(medium);
      validation.checkAsker({ client, mxid: undefined });
    },

    async requestToken(request) {
      const { medium, address, country, clientSecret, sendAttempt, nextLink, caller, client } = request;
      const ticket = await validation.requestToken({
        purpose: accountPurpose,
        typed: { medium, address, country },
        clientSecret,
        sendAttempt,
        nextLink,
        asker: { client, mxid: caller?.mxid },
        isQuiet: !caller && !revealsInUse,
        async admit(tx, canonical) {
          const isTaken = (await tx.accountAddresses.find(canonical)) !== undefined;
          if (isTaken && (caller || revealsInUse)) throw new AccountFailure({ kind: 'address_in_use' });
          // Only now: a number that a login to Telegram has proven is in use, also if no code can
          // be sent.
          requireMedium(medium);
          return isTaken ? 'withhold' : 'send';
        },
      });
      return ticketReply(medium, ticket, submitUrl?.(medium));
    },

    async findProven({ sid, clientSecret }) {
      try {
        return await validation.loadValidated({ purpose: accountPurpose, sid, clientSecret });
      } catch (error) {
        if (error instanceof ThreepidFailure) return undefined;
        throw error;
      }
    },

    async isOurs({ sid, clientSecret }) {
      try {
        await validation.loadValidated({ purpose: accountPurpose, sid, clientSecret });
        return true;
      } catch (error) {
        if (!(error instanceof ThreepidFailure)) throw error;
        return error.fact.kind === 'session_expired' || error.fact.kind === 'session_not_validated';
      }
    },
  };
}
