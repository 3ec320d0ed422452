import type { Surface } from '../http/surface.js';
import { createMsisdnDelegate, type MsisdnDelegateDeps } from './identity-v1/delegate.js';
import { createIdentityV1, type IdentityV1Deps } from './identity-v1/index.js';
import { createIdentityV2, type IdentityV2Deps } from './identity-v2/index.js';
import { identitySurface } from './identity/identity-surface.js';
import { ping, supportedVersions } from './identity/ping.js';

/** The prefix of all versions. */
const prefixes = ['/_matrix/identity'] as const;

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
 * 404 M_UNRECOGNIZED. Without `deps` nothing is served.
 */
export function createIdentitySurfaces(deps: IdentityDeps | undefined): readonly Surface[] {
  const rest = (endpoints: Surface['endpoints']) => identitySurface({ name: 'identity', prefixes, endpoints });
  if (deps === undefined) return [rest([])];
  const { delegate, validation } = deps;
  return [
    createIdentityV1(deps),
    ...createIdentityV2(deps),
    ...(delegate === undefined ? [] : [createMsisdnDelegate({ validation, delegate })]),
    rest([ping('v1').serve(), ping('v2').serve(), supportedVersions.serve()]),
  ];
}
