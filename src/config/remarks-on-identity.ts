import type { Config } from './config.js';
import type { Remark } from './remark.js';
import { isLoopback } from './public-url.js';
import { valueAt, type Path, type TreeMap } from './tree.js';

/** What is worth a look in the identity service. */
export function identityRemarks(read: Partial<Config>, root: TreeMap): Remark[] {
  return [...offRemarks(read, root), ...urlRemarks(read), ...openDoorRemarks(read), ...addressListRemarks(read)];
}

/** Who names an address means to switch it on. */
function offRemarks({ identity }: Partial<Config>, root: TreeMap): Remark[] {
  const path = ['identity', 'public_url'];
  if (identity?.enabled !== false || valueAt(root, path) === undefined) return [];
  return [{ path, message: 'It has no effect: identity.enabled is false.' }];
}

function urlRemarks({ identity }: Partial<Config>): Remark[] {
  if (!identity?.enabled || !isLoopback(new URL(identity.publicUrl).hostname)) return [];
  const message =
    'Only programs on this machine reach this address: links in mails lead nowhere else, and no homeserver elsewhere can check an invite.';
  return [{ path: ['identity', 'public_url'], message }];
}

function openDoorRemarks({ identity }: Partial<Config>): Remark[] {
  if (!identity?.enabled) return [];
  const parts = Object.entries(openDoors).filter(([name]) => {
    const { enabled, allowedClients } = identity.v1[name as keyof typeof openDoors];
    return enabled && allowedClients.length === 0;
  });
  return parts.map(([name, danger]) => ({
    path: ['identity', 'v1', name, 'enabled'],
    message: `Version 1 asks nobody who they are: anybody can ${danger}.`,
  }));
}

/** What comes of a part of version 1 that is served to anybody. */
const openDoors = {
  validate: 'have mails and codes sent to anybody, within the limits',
  bind: 'publish an address of theirs as that of another user',
  lookup: 'try whose an address is',
  invite: 'have invites mailed in the name of any user',
} as const;

/** Behind a proxy that is not trusted, every client has the address of the proxy. */
function addressListRemarks({ identity, http }: Partial<Config>): Remark[] {
  if (!identity?.enabled || !http || http.trustedProxies.length > 0) return [];
  const { validate, bind, lookup, invite } = identity.v1;
  const parts = Object.entries({ validate, bind, lookup, invite }).filter(([, { enabled }]) => enabled);
  const lists: [Path, readonly string[]][] = parts.map(([name, { allowedClients }]) => [
    ['identity', 'v1', name, 'allowed_clients'],
    allowedClients,
  ]);
  const message =
    'http.trusted_proxies is empty: behind a reverse proxy on this machine every client has this address, and so is allowed.';
  return lists
    .filter(([, networks]) => networks.some((network) => /^(127\.|::1)/.test(network)))
    .map(([path]) => ({ path, message }));
}
