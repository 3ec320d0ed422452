import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import type { Purpose, Validation } from '../../threepid/validation.js';
import { AccountFailure } from '../failure.js';
import type { AddressTokenRequest, PendingAddress, ProofSession, RequestBody } from './account-addresses.js';
import { ticketReply } from './ticket-reply.js';

/** The sessions in which our own users validate 3PIDs. */
export interface ProofSessions {
  /**
   * Throws ThreepidFailure medium_unsupported if addresses of that medium cannot be validated, and
   * rate_limited if this client may request no token now. Counts nothing.
   */
  admitToken(medium: 'email' | 'msisdn', client: string): Promise<void>;
  /**
   * Returns the reply of the request. If the 3PID already belongs to an account, throws
   * address_in_use for an authenticated caller. For others the reply reveals nothing, and the owner
   * of an e-mail address gets a mail. Also throws ThreepidFailure.
   */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /** Returns the 3PID validated in the session, or undefined if there is none, or it expired. */
  findProven(session: ProofSession): Promise<ThirdPartyAddress | undefined>;
  /**
   * Returns the 3PID of the session, or undefined if there is none of this user, or it expired.
   */
  findPending(mxid: Mxid, session: ProofSession): Promise<PendingAddress | undefined>;
  /** Validates a phone number by its code. Throws as Validation.submitToken. */
  submitCode(session: ProofSession, code: Secret, client: string): Promise<void>;
  /** Returns true if the session is one of ours, whether validated or not, and even if expired. */
  isOurs(session: ProofSession): Promise<boolean>;
}

export interface ProofSessionsDeps {
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker' | 'submitToken' | 'find' | 'loadValidated'>;
  /** Returns true if messages can be sent to addresses of that medium. */
  readonly canSend: (medium: 'email' | 'msisdn') => boolean;
  /**
   * The URL to submit tokens to, or undefined if no public URL is configured. Then e-mails cannot
   * link to a page either.
   */
  readonly submitUrl: ((medium: 'email' | 'msisdn') => string) | undefined;
  /** Whether callers without an access token, too, get `address_in_use`. */
  readonly revealsInUse: boolean;
}

/** The purpose of sessions that validate a 3PID for an account. */
export const accountPurpose: Purpose = 'account';

/** Creates the sessions of that validation service. */
export function createProofSessions(deps: ProofSessionsDeps): ProofSessions {
  const { validation, canSend, submitUrl, revealsInUse } = deps;

  const requireMedium = (medium: 'email' | 'msisdn') => {
    const isReached = medium === 'msisdn' || submitUrl !== undefined;
    if (!isReached || !canSend(medium)) throw new ThreepidFailure({ kind: 'medium_unsupported', medium });
  };

  return {
    async admitToken(medium, client) {
      requireMedium(medium);
      await validation.checkAsker({ client, mxid: undefined });
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
          // Checked last: a number validated by a Telegram login is in use even if no code can be
          // sent.
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

    async findPending(mxid, session) {
      const found = await validation.find({ purpose: accountPurpose, ...session });
      if (found?.mxid !== mxid) return undefined;
      const { medium, address, validatedAt } = found;
      return { medium, address, isValidated: validatedAt !== undefined };
    },

    async submitCode(session, code, client) {
      await validation.submitToken({ purpose: accountPurpose, medium: 'msisdn', ...session }, code, client);
    },

    async isOurs({ sid, clientSecret }) {
      try {
        await validation.loadValidated({ purpose: accountPurpose, sid, clientSecret });
        return true;
      } catch (error) {
        if (!(error instanceof ThreepidFailure)) throw error;
        return error.details.kind === 'session_expired' || error.details.kind === 'session_not_validated';
      }
    },
  };
}
