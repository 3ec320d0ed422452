import { canonicalJson, NotCanonical } from '../base/canonical-json.js';
import type { ServerName } from '../base/mxid.js';
import { parseServerName } from '../base/server-name.js';
import { FederationFailure } from './federation-failure.js';
import type { Federation } from './federation.js';
import { readXMatrix, type XMatrixCredentials } from './x-matrix-header.js';
import type { SignedRequest, VerifyRequest } from './x-matrix.js';

export interface XMatrixVerifierDeps {
  readonly federation: Pick<Federation, 'hasSigned'>;
  /** Every name that homeservers may have for us, port included if they use one. */
  readonly ourNames: readonly string[];
}

// One signature for each of its keys is what a server may send.
const maxSignatures = 4;

/**
 * What the signed text calls our name: as homeservers send it (MSC2140), and as the server-server
 * API specifies it.
 */
const destinationMembers = ['destination_is', 'destination'] as const;

/** Checks signatures with the keys that the signing server publishes. */
export function createXMatrixVerifier({ federation, ourNames }: XMatrixVerifierDeps): VerifyRequest {
  /**
   * Returns the names that the signature may be meant for: the name in the header, if it is one of
   * ours.
   */
  const meantFor = ({ destination }: XMatrixCredentials): readonly string[] => {
    if (destination === undefined) return ourNames;
    return ourNames.some((name) => name.toLowerCase() === destination.toLowerCase()) ? [destination] : [];
  };

  async function isSigned(request: SignedRequest, origin: ServerName, one: XMatrixCredentials): Promise<boolean> {
    for (const name of meantFor(one)) {
      for (const member of destinationMembers) {
        const bytes = signedBytes(request, origin, { [member]: name });
        if (await federation.hasSigned(origin, { keyId: one.key, signature: one.signature, bytes })) return true;
      }
    }
    return false;
  }

  return async (request) => {
    const all = readXMatrix(request.authorization ?? '');
    const [first] = all;
    if (first === undefined) return { kind: 'missing' };
    const origin = parseServerName(first.origin);
    if (origin === undefined) return { kind: 'origin_invalid' };
    try {
      for (const one of all.filter((other) => other.origin === origin).slice(0, maxSignatures)) {
        if (await isSigned(request, origin, one)) return { kind: 'signed', origin };
      }
      return { kind: 'wrong' };
    } catch (error) {
      if (error instanceof NotCanonical) return { kind: 'wrong' };
      if (!(error instanceof FederationFailure)) throw error;
      return { kind: error.details.kind === 'overloaded' ? 'overloaded' : 'unreachable' };
    }
  };
}

function signedBytes(
  { method, uri, content }: SignedRequest,
  origin: ServerName,
  destination: Readonly<Record<string, string>>,
): Buffer {
  return Buffer.from(canonicalJson({ method, uri, origin, ...destination, content }), 'utf8');
}
