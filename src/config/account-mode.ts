import type { Finding } from './problem.js';
import { isTreeMap, valueAt, type TreeMap } from './tree.js';

/**
 * The location of the Matrix accounts of the server name: on the homeserver, in Gangway, or
 * elsewhere.
 */
export const accountModes = ['relay', 'embedded', 'off'] as const;
/** One of the values of accounts.mode. */
export type AccountMode = (typeof accountModes)[number];

const modePath = ['accounts', 'mode'];
const addressPath = ['homeserver', 'address'];

/**
 * Returns the problems with accounts.mode, which depends on homeserver.address. `root` is the
 * configuration as written.
 */
export function accountModeFindings(root: TreeMap): Finding[] {
  const section = root['accounts'];
  if (section !== undefined && !isTreeMap(section)) return [];
  const mode = valueAt(root, modePath);
  const hasAddress = valueAt(root, addressPath) !== undefined;
  if (mode === undefined) return [{ path: modePath, message: adviceOnMissingMode(root, hasAddress) }];
  if (mode === 'relay' && !hasAddress) {
    const message =
      'This key is missing. accounts.mode: relay requires the address at which Gangway reaches the ' +
      'homeserver, such as http://localhost:8008.';
    return [{ path: addressPath, message }];
  }
  if (mode === 'embedded' && hasAddress) {
    const message =
      'This key must not be set with accounts.mode: embedded, since Gangway then has the accounts of this ' +
      'server name. Remove it, or write accounts.mode: relay.';
    return [{ path: addressPath, message }];
  }
  return [];
}

/** Returns one sentence for the log and for `config check` about what the mode does. */
export function meaningOf(mode: AccountMode, homeserverAddress: string | undefined): string {
  switch (mode) {
    case 'relay':
      return `Matrix logins are passed on to the homeserver at ${homeserverAddress}.`;
    case 'embedded':
      return 'Gangway has the Matrix accounts of this server name. There must be no homeserver for it.';
    case 'off':
      return homeserverAddress === undefined
        ? 'Gangway serves no Matrix logins and checks no access tokens.'
        : `Gangway serves no Matrix logins. Access tokens are checked at ${homeserverAddress}.`;
  }
}

/** In earlier versions, accounts.enabled and homeserver.address decided. */
function adviceOnMissingMode(root: TreeMap, hasAddress: boolean): string {
  const isOff = valueAt(root, ['accounts', 'enabled']) === 'false';
  const before: AccountMode = isOff ? 'off' : hasAddress ? 'relay' : 'embedded';
  const keys = root['accounts'];
  const hasSection = isTreeMap(keys) && Object.keys(keys).length > 0;
  const line = hasSection ? `\`mode: ${before}\` in the section accounts` : `\`accounts: { mode: ${before} }\``;
  const otherwise =
    before === 'embedded' ? ' If this server name has a homeserver, write relay instead, and homeserver.address.' : '';
  return (
    `This key is required: ${accountModes.join(', ')}. In earlier versions, this configuration behaved as ` +
    `"${before}". To keep that, write ${line}.${otherwise}`
  );
}
