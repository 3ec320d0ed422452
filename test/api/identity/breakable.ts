import type { IdentityDeps } from '../../../src/api/identity-surfaces.js';

/** Services that fail when a test says so. */
export interface Breakable {
  readonly change: (deps: IdentityDeps) => IdentityDeps;
  /** From now on what they are asked ends so; who somebody is, too, where everything does. Undefined mends them. */
  fail(error: Error | undefined, what?: 'services' | 'everything'): void;
}

/** Services that work until they are broken. */
export function breakable(): Breakable {
  let state: { readonly error: Error; readonly everything: boolean } | undefined;
  const guarded =
    <Args extends readonly unknown[], Result>(method: (...args: Args) => Promise<Result>, isIdentity = false) =>
    (...args: Args): Promise<Result> => {
      if (state === undefined || (isIdentity && !state.everything)) return method(...args);
      return Promise.reject(state.error);
    };
  return {
    change: (deps) => ({
      ...deps,
      validation: {
        requestToken: guarded(deps.validation.requestToken),
        submitToken: guarded(deps.validation.submitToken),
        loadValidated: guarded(deps.validation.loadValidated),
      },
      associations: {
        bind: guarded(deps.associations.bind),
        unbind: guarded(deps.associations.unbind),
        find: guarded(deps.associations.find),
        findMany: guarded(deps.associations.findMany),
      },
      invites: {
        store: guarded(deps.invites.store),
        isEphemeralKeyValid: guarded(deps.invites.isEphemeralKeyValid),
        sign: guarded(deps.invites.sign),
      },
      lookup: { hashDetails: guarded(deps.lookup.hashDetails), lookUp: guarded(deps.lookup.lookUp) },
      publicKeys: { find: guarded(deps.publicKeys.find), isValid: guarded(deps.publicKeys.isValid) },
      accounts: {
        policies: deps.accounts.policies,
        register: guarded(deps.accounts.register),
        logOut: guarded(deps.accounts.logOut),
        acceptTerms: guarded(deps.accounts.acceptTerms),
        holder: guarded(deps.accounts.holder, true),
        requireTerms: guarded(deps.accounts.requireTerms, true),
      },
    }),
    fail(error, what = 'services') {
      state = error && { error, everything: what === 'everything' };
    },
  };
}
