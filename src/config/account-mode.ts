import type { Finding } from './problem.js';
import { isTreeMap, valueAt, type TreeMap } from './tree.js';

/** Where the Matrix accounts of the server name are: on the homeserver, in Gangway, or neither is served here. */
export const accountModes = ['relay', 'embedded', 'off'] as const;
/** One of the values of accounts.mode. */
export type AccountMode = (typeof accountModes)[number];

const modePath = ['accounts', 'mode'];
const addressPath = ['homeserver', 'address'];

/** Returns what is wrong with accounts.mode, which depends on homeserver.address. `root` is the configuration as written. */
export function accountModeFindings(root: TreeMap): Finding[] {
  const section = root['accounts'];
  if (section !== undefined && !isTreeMap(section)) return [];
  const mode = valueAt(root, modePath);
  const hasAddress = valueAt(root, addressPath) !== undefined;
  if (mode === undefined) return [{ path: modePath, message: adviceOnMissingMode(root, hasAddress) }];
  if (mode === 'relay' && !hasAddress) {
    const message =
      'This key is missing. With accounts.mode: relay, Matrix logins go to the homeserver: write the address at which ' +
      'Gangway reaches it, such as http://localhost:8008.';
    return [{ path: addressPath, message }];
  }
  if (mode === 'embedded' && hasAddress) {
    const message =
      'With accounts.mode: embedded, Gangway has the accounts of this server name, and there must be no homeserver. ' +
      'Remove this key, or write accounts.mode: relay.';
    return [{ path: addressPath, message }];
  }
  return [];
}

/** Returns one sentence for the log and for `config check`: what the mode does. */
export function meaningOf(mode: AccountMode, homeserverAddress: string | undefined): string {
  switch (mode) {
    case 'relay':
      return `Matrix logins go to the homeserver at ${homeserverAddress}.`;
    case 'embedded':
      return 'Gangway has the Matrix accounts of this server name; there must be no homeserver for it.';
    case 'off':
      return homeserverAddress === undefined
        ? 'Gangway serves no Matrix logins and checks no access tokens.'
        : `Gangway serves no Matrix logins; access tokens are checked at ${homeserverAddress}.`;
  }
}

/** Before the key existed, accounts.enabled and homeserver.address decided. */
function adviceOnMissingMode(root: TreeMap, hasAddress: boolean): string {
  const isOff = valueAt(root, ['accounts', 'enabled']) === 'false';
  const before: AccountMode = isOff ? 'off' : hasAddress ? 'relay' : 'embedded';
  const keys = root['accounts'];
  const hasSection = isTreeMap(keys) && Object.keys(keys).length > 0;
  const line = hasSection ? `\`mode: ${before}\` in the section accounts` : `\`accounts: { mode: ${before} }\``;
  const otherwise =
    before === 'embedded' ? ' If this server name has a homeserver, write relay instead, and homeserver.address.' : '';
  return (
    `This key is required: ${accountModes.join(', ')}. Before it existed, this configuration behaved as "${before}". ` +
    `To keep that, write ${line}.${otherwise}`
  );
}
