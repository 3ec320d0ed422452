import type { Config } from './config.js';
import { layoutOf, settingsIn } from './layout.js';
import { isPublicName } from './network-address.js';
import { isLoopback } from './public-url.js';
import type { Remark } from './remark.js';
import { accounts as section } from './sections/accounts.js';
import { valueAt, type Path, type TreeMap } from './tree.js';

const ownAccountsOnly = ['access_token_minutes', 'refresh_token_days', 'login_token_seconds', 'password_hashing'];

/** What is worth a look in how Matrix users log in. */
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
  const message = 'Only programs on this machine reach this address: links in mails lead nowhere else.';
  return [{ path: ['accounts', 'public_url'], message }];
}

function addressRemarks({ homeserver, http }: Partial<Config>): Remark[] {
  if (homeserver?.address === undefined) return [];
  const { protocol, hostname, port } = new URL(homeserver.address);
  const path = ['homeserver', 'address'];
  const portUsed = port === '' ? { 'http:': 80, 'https:': 443 }[protocol] : Number(port);
  if (http && portUsed === http.port && isThisMachine(hostname, http.host)) {
    const message = 'This is where Gangway itself listens: it would relay every login to itself.';
    return [{ path, message }];
  }
  if (protocol !== 'http:' || !isPublicName(hostname)) return [];
  return [
    { path, message: 'Passwords travel there without encryption. Use https:// unless the way there is your own.' },
  ];
}

/** Keys with a value of their own that nothing reads as things are. Sample files write all the defaults: those are no mistake. */
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
        .map(remark('It has no effect: with accounts.mode: relay, accounts and tokens are those of the homeserver.'));
    case 'embedded':
      return accounts.wellKnown === 'keep'
        ? [
            remark('There is nothing to keep: with accounts.mode: embedded, no homeserver sends anything.')([
              'accounts',
              'well_known',
            ]),
          ]
        : [];
  }
}

function isThisMachine(hostname: string, listensOn: string): boolean {
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return hostname === listensOn || (isHere && /^(127\..*|0\.0\.0\.0|::1?|localhost)$/.test(listensOn));
}
