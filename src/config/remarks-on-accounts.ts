import type { Config } from './config.js';
import { layoutOf, settingsIn } from './layout.js';
import { isPublicName } from './network-address.js';
import { isLoopback } from './public-url.js';
import type { Remark } from './remark.js';
import { accounts as section } from './sections/accounts.js';
import { valueAt, type Path, type TreeMap } from './tree.js';

const ownAccountsOnly = ['access_token_minutes', 'refresh_token_days', 'login_token_seconds', 'password_hashing'];

/** Returns remarks about the configuration of Matrix login. */
export function accountRemarks(read: Partial<Config>, root: TreeMap): Remark[] {
  return [
    ...addressRemarks(read),
    ...adminTokenRemarks(read),
    ...publicUrlRemarks(read),
    ...idleKeyRemarks(read, root),
  ];
}

function adminTokenRemarks({ homeserver, accounts }: Partial<Config>): Remark[] {
  if (homeserver?.adminAccessToken === undefined) return [];
  const path = ['homeserver', 'admin_access_token'];
  if (homeserver.address === undefined) {
    return [{ path, message: 'It has no effect without homeserver.address: there is no homeserver to ask.' }];
  }
  return accounts?.mode === 'off' ? [{ path, message: 'It has no effect: accounts.mode is off.' }] : [];
}

function publicUrlRemarks({ accounts }: Partial<Config>): Remark[] {
  if (!accounts || accounts.mode === 'off' || accounts.publicUrl === undefined) return [];
  if (!isLoopback(new URL(accounts.publicUrl).hostname)) return [];
  const message =
    'Only programs on this machine reach this address, so links in mails do not work elsewhere. Write the ' +
    'public address.';
  return [{ path: ['accounts', 'public_url'], message }];
}

function addressRemarks({ homeserver, http }: Partial<Config>): Remark[] {
  if (homeserver?.address === undefined) return [];
  const { protocol, hostname, port } = new URL(homeserver.address);
  const path = ['homeserver', 'address'];
  const portUsed = port === '' ? { 'http:': 80, 'https:': 443 }[protocol] : Number(port);
  if (http && portUsed === http.port && isThisMachine(hostname, http.host)) {
    const message =
      "This is Gangway's own address: it would relay every login to itself. Write the address of the homeserver.";
    return [{ path, message }];
  }
  if (protocol !== 'http:' || !isPublicName(hostname)) return [];
  return [
    { path, message: 'Passwords are sent there without encryption. Use https:// unless the network is your own.' },
  ];
}

/**
 * Keys that differ from their default and have no effect in this mode. Sample files contain all the
 * defaults: those are not mistakes.
 */
function idleKeyRemarks({ accounts }: Partial<Config>, root: TreeMap): Remark[] {
  if (!accounts) return [];
  const changed = settingsIn(layoutOf({ accounts: section }))
    .filter(({ path, note: { presence } }) => {
      const written = valueAt(root, path);
      if (written === undefined) return false;
      return presence.kind === 'default' ? written !== presence.value : presence.kind === 'optional';
    })
    .map(({ path }) => path);
  const remark = (message: string) => (path: Path) => ({ path, message });
  switch (accounts.mode) {
    case 'off':
      return changed.map(remark('It has no effect: accounts.mode is off.'));
    case 'relay':
      return changed
        .filter(([, key]) => ownAccountsOnly.some((own) => own === key))
        .map(remark('It has no effect: with accounts.mode: relay, the homeserver has the accounts and tokens.'));
    case 'embedded':
      return accounts.wellKnown === 'keep'
        ? [
            remark('It has no effect: with accounts.mode: embedded, no homeserver sends server discovery information.')(
              ['accounts', 'well_known'],
            ),
          ]
        : [];
  }
}

function isThisMachine(hostname: string, listensOn: string): boolean {
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return hostname === listensOn || (isHere && /^(127\..*|0\.0\.0\.0|::1?|localhost)$/.test(listensOn));
}
