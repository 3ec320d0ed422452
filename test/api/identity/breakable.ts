import type { IdentityDeps } from '../../../src/api/identity-surfaces.js';

/** Services that fail when a test says so. */
export interface Breakable {
  readonly change: (deps: IdentityDeps) => IdentityDeps;
  /** From now on what they are asked ends so; who somebody is, too, where everything does. Undefined mends them. */
  readonly fail: (error: Error | undefined, what?: 'services' | 'everything') => void;
}

const identityMethods: ReadonlySet<string | symbol> = new Set(['holder', 'requireTerms']);
// They are in memory, and fail for one reason only.
const limitChecks: ReadonlySet<string | symbol> = new Set(['checkAsker', 'checkClient']);

/** Services that work until they are broken. */
export function breakable(): Breakable {
  let state: { readonly error: Error; readonly everything: boolean } | undefined;
  const guarded = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name): unknown {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function' || state === undefined || limitChecks.has(name)) return member;
        const { error, everything } = state;
        return everything || !identityMethods.has(name) ? () => Promise.reject(error) : member;
      },
    });
  return {
    change: (deps) => ({
      ...deps,
      validation: guarded(deps.validation),
      associations: guarded(deps.associations),
      invites: guarded(deps.invites),
      lookup: guarded(deps.lookup),
      publicKeys: guarded(deps.publicKeys),
      accounts: guarded(deps.accounts),
    }),
    fail(error, what = 'services') {
      state = error && { error, everything: what === 'everything' };
    },
  };
}
