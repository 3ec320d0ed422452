import type { IdentityDeps } from '../../../src/api/identity-apis.js';

/** Services that fail on request. */
export interface Breakable {
  readonly change: (deps: IdentityDeps) => IdentityDeps;
  /**
   * Makes all calls end in this way, including the authentication if everything fails. Undefined
   * restores the services.
   */
  readonly fail: (error: Error | undefined, what?: 'services' | 'everything') => void;
}

const identityMethods: ReadonlySet<string | symbol> = new Set(['holder', 'requireTerms']);
// They are in memory, and have one reason to fail.
const limitChecks: ReadonlySet<string | symbol> = new Set(['checkAsker', 'checkClient']);

/** Creates services that work until they are broken. */
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
      users: guarded(deps.users),
    }),
    fail(error, what = 'services') {
      state = error && { error, everything: what === 'everything' };
    },
  };
}
