import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Clock } from '../base/clock.js';
import { type Allowance, createLeakyBuckets } from '../base/leaky-buckets.js';
import { type Mxid, serverNameOf } from '../base/mxid.js';
import type { SignatureVerdict, VerifyRequest } from '../matrix/x-matrix.js';
import type { Validation } from '../threepid/validation.js';
import { identityPurpose, type UnbindProof } from './associations.js';
import { IdentityFailure, type IdentityFailureDetails } from './failure.js';

/**
 * Throws IdentityFailure or ThreepidFailure unless the proof authorizes this user to unbind the
 * 3PID.
 */
export type CheckUnbindProof = (proof: UnbindProof, mxid: Mxid, address: ThirdPartyAddress) => Promise<void>;

export interface UnbindProofDeps {
  readonly validation: Pick<Validation, 'loadValidated'>;
  readonly verifyRequest: VerifyRequest;
  /**
   * The number of signatures that one client may have checked. Each check may send a request to a
   * server that the client names.
   */
  readonly signaturesPerClient: Allowance;
  readonly clock: Clock;
}

/**
 * Creates the check of proofs: by a validation session, by the user's homeserver, or by the account
 * service of this daemon.
 */
export function createUnbindProofCheck(deps: UnbindProofDeps): CheckUnbindProof {
  const { validation, verifyRequest } = deps;
  const signatures = createLeakyBuckets(deps.signaturesPerClient, deps.clock);

  function admit(client: string): void {
    const retryAfterMs = signatures.waitMs(client);
    if (retryAfterMs > 0) throw new IdentityFailure({ kind: 'rate_limited', retryAfterMs });
    signatures.add(client);
  }

  return async (proof, mxid, { medium, address }) => {
    switch (proof.kind) {
      case 'session': {
        const { sid, clientSecret } = proof;
        const proven = await validation.loadValidated({ purpose: identityPurpose, sid, clientSecret });
        if (proven.medium === medium && proven.address === address) return;
        throw new IdentityFailure({ kind: 'unbind_mismatch' });
      }
      case 'homeserver': {
        // Without a header, no server is asked.
        if (proof.request.authorization !== undefined) admit(proof.client);
        const verdict = await verifyRequest(proof.request);
        if (verdict.kind !== 'signed') throw new IdentityFailure(refusals[verdict.kind]);
        if (verdict.origin === serverNameOf(mxid)) return;
        throw new IdentityFailure({ kind: 'origin_mismatch' });
      }
      case 'user':
        if (proof.mxid === mxid) return;
        throw new IdentityFailure({ kind: 'not_your_mxid' });
    }
  };
}

const refusals = {
  missing: { kind: 'signature_missing' },
  origin_invalid: { kind: 'server_name_invalid' },
  wrong: { kind: 'signature_wrong' },
  unreachable: { kind: 'homeserver_unreachable' },
  overloaded: { kind: 'overloaded' },
} as const satisfies Record<Exclude<SignatureVerdict['kind'], 'signed'>, IdentityFailureDetails>;
