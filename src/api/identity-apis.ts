import type { Api } from '../http/api.js';
import { createMsisdnDelegate, type MsisdnDelegateDeps } from './identity-v1/delegate.js';
import { createIdentityV1, type IdentityV1Deps } from './identity-v1/index.js';
import { createIdentityV2, type IdentityV2Deps } from './identity-v2/index.js';
import { createIdentityRest, prefixes } from './identity/identity-rest.js';
import { ping, supportedVersions } from './identity/ping.js';

export type IdentityDeps = IdentityV1Deps &
  IdentityV2Deps & {
    /** Undefined if no homeserver delegates to this service. */
    readonly delegate: MsisdnDelegateDeps['delegate'] | undefined;
  };

/** Returns the operations of one version that are below the prefix of all versions. */
export function identityRoot(version: 'v1' | 'v2') {
  return { prefixes, endpoints: [ping(version), supportedVersions] } as const;
}

/**
 * Returns everything below /_matrix/identity, and the delegate for a homeserver. Other paths return
 * 404 M_UNRECOGNIZED.
 */
export function createIdentityApis(deps: IdentityDeps): readonly Api[] {
  const { delegate, validation } = deps;
  return [
    createIdentityV1(deps),
    ...createIdentityV2(deps),
    ...(delegate === undefined ? [] : [createMsisdnDelegate({ validation, delegate })]),
    createIdentityRest([ping('v1').serve(), ping('v2').serve(), supportedVersions.serve()]),
  ];
}
