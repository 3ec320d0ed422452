import type { Mxid } from '../../base/mxid.js';
import type { Database, Transaction } from '../../database/database.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import type { Purpose, ValidatedAddress, Validation } from '../../threepid/validation.js';
import type { AddressTokenRequest, ProofSession, RequestBody } from './account-addresses.js';
import { ticketReply } from './ticket-reply.js';

/** A session in which the user of an account validates its 3PID, to set a new password. */
export interface PasswordProof extends ProofSession {
  readonly medium: 'email' | 'msisdn';
}

/** The validation sessions for setting a new password. */
export interface PasswordProofs {
  /** The media whose addresses can be validated. */
  media(): readonly ('email' | 'msisdn')[];
  /** See AccountCredentials.admitToken. */
  admitToken(medium: 'email' | 'msisdn', client: string): Promise<void>;
  /** See AccountCredentials.requestToken. */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /**
   * Returns the owner of the 3PID validated in the session, or undefined if none was, or it belongs
   * to no account.
   */
  findUser(proof: PasswordProof): Promise<Mxid | undefined>;
  /**
   * Deletes the session in the transaction of `use`. Returns false if it no longer proves this
   * user.
   */
  use(proof: PasswordProof, mxid: Mxid, use: (tx: Transaction) => Promise<void>): Promise<boolean>;
}

export interface PasswordProofsDeps {
  readonly database: Database;
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker' | 'loadValidated' | 'consume'>;
  /** Returns true if messages can be sent to addresses of that medium. */
  readonly canSend: (medium: 'email' | 'msisdn') => boolean;
  /** The URL to submit tokens to, or undefined if no public URL is configured. */
  readonly submitUrl: ((medium: 'email' | 'msisdn') => string) | undefined;
}

const purpose: Purpose = 'password';

/** Creates the sessions for the 3PIDs in that database. */
export function createPasswordProofs(deps: PasswordProofsDeps): PasswordProofs {
  const { database, validation, canSend, submitUrl } = deps;
  const isPossible = (medium: 'email' | 'msisdn') => submitUrl !== undefined && canSend(medium);

  const findOwner = async (tx: Transaction, address: Pick<ValidatedAddress, 'medium' | 'address'>) =>
    (await tx.accountAddresses.find(address))?.mxid;

  return {
    media: () => (['email', 'msisdn'] as const).filter(isPossible),

    async admitToken(medium, client) {
      if (!isPossible(medium)) throw new ThreepidFailure({ kind: 'medium_unsupported', medium });
      await validation.checkAsker({ client, mxid: undefined });
    },

    async requestToken({ medium, address, country, clientSecret, sendAttempt, nextLink, client }) {
      const ticket = await validation.requestToken({
        purpose,
        typed: { medium, address, country },
        clientSecret,
        sendAttempt,
        nextLink,
        asker: { client, mxid: undefined },
        isQuiet: true,
        admit: async (tx, canonical) => ((await findOwner(tx, canonical)) === undefined ? 'withhold' : 'send'),
      });
      return ticketReply(medium, ticket, submitUrl?.(medium));
    },

    async findUser({ medium, ...session }) {
      try {
        const proven = await validation.loadValidated({ purpose, ...session });
        if (proven.medium !== medium) return undefined;
        return await database.transaction((tx) => findOwner(tx, proven));
      } catch (error) {
        if (error instanceof ThreepidFailure) return undefined;
        throw error;
      }
    },

    async use({ sid, clientSecret }, mxid, use) {
      try {
        const hold = (tx: Transaction) => tx.accounts.hold(mxid);
        await validation.consume(
          { purpose, sid, clientSecret },
          async (tx, proven) => {
            if ((await findOwner(tx, proven)) !== mxid) throw new ThreepidFailure({ kind: 'session_unknown' });
            await use(tx);
          },
          hold,
        );
        return true;
      } catch (error) {
        if (error instanceof ThreepidFailure) return false;
        throw error;
      }
    },
  };
}
