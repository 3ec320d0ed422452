import type { Config } from '../config/config.js';
import type { Runtime } from '../base/runtime.js';
import type { Database } from '../database/database.js';
import type { IdentityImportOptions } from '../import/identity-options.js';
import type { Peppers } from '../identity/peppers.js';

/** What an import into the identity service needs. */
export interface IdentityImport {
  readonly options: IdentityImportOptions;
  readonly peppers: Peppers;
}

/**
 * Returns what bindings and invites are written with, or undefined if the identity service is
 * disabled. A dry run creates no signing key: it signs with a key that is thrown away.
 */
export async function openIdentityImport(
  { identity }: Config,
  { isDryRun, ...runtime }: Runtime & { readonly database: Database; readonly isDryRun: boolean },
): Promise<IdentityImport | undefined> {
  if (!identity.enabled) return undefined;
  const [{ createAssociationWriter }, { createPeppers }, { loadSigningKeys }, { makeEphemeralKey }] = await Promise.all(
    [
      import('../identity/association-writer.js'),
      import('../identity/peppers.js'),
      import('../identity/signing-keys.js'),
      import('../identity/ephemeral-key.js'),
    ],
  );
  const { key } = makeEphemeralKey(runtime.random);
  const signingKeys = isDryRun
    ? { current: key, all: [key] }
    : await loadSigningKeys({ ...runtime, path: identity.signingKeyFile });
  const writer = createAssociationWriter({ signingKeys, serverName: identity.serverName, random: runtime.random });
  const peppers = createPeppers({ ...runtime, periodMs: identity.lookup.pepperMs });
  return { options: { ...runtime, writer }, peppers };
}
