import type { Config } from './config.js';
import type { Remark } from './remark.js';
import { isLoopback } from './public-url.js';
import { valueAt, type Path, type TreeMap } from './tree.js';

/** Returns remarks about the identity service. */
export function identityRemarks(read: Partial<Config>, root: TreeMap): Remark[] {
  return [
    ...offRemarks(read, root),
    ...urlRemarks(read),
    ...unrestrictedPartRemarks(read),
    ...addressListRemarks(read),
  ];
}

/** An administrator who sets public_url probably means to enable the service. */
function offRemarks({ identity }: Partial<Config>, root: TreeMap): Remark[] {
  const path = ['identity', 'public_url'];
  if (identity?.enabled !== false || valueAt(root, path) === undefined) return [];
  return [{ path, message: 'It has no effect: identity.enabled is false.' }];
}

function urlRemarks({ identity }: Partial<Config>): Remark[] {
  if (!identity?.enabled || !isLoopback(new URL(identity.publicUrl).hostname)) return [];
  const message =
    'Only programs on this machine reach this address, so links in mails do not work elsewhere, and other ' +
    'homeservers cannot verify invites.';
  return [{ path: ['identity', 'public_url'], message }];
}

function unrestrictedPartRemarks({ identity }: Partial<Config>): Remark[] {
  if (!identity?.enabled) return [];
  const parts = Object.entries(unrestrictedParts).filter(([name]) => {
    const { enabled, allowedClients } = identity.v1[name as keyof typeof unrestrictedParts];
    return enabled && allowedClients.length === 0;
  });
  return parts.map(([name, danger]) => ({
    path: ['identity', 'v1', name, 'enabled'],
    message: `Version 1 has no authentication: any client can ${danger}.`,
  }));
}

/** The risks of serving a part of version 1 to all clients. */
const unrestrictedParts = {
  validate: 'send mails and codes to any recipient, within the limits',
  bind: 'bind its own 3PID to the Matrix ID of another user',
  lookup: 'look up which Matrix ID a 3PID belongs to',
  invite: 'mail invites in the name of any user',
} as const;

/** Behind a proxy that is not trusted, all clients have the address of the proxy. */
function addressListRemarks({ identity, http }: Partial<Config>): Remark[] {
  if (!identity?.enabled || !http || http.trustedProxies.length > 0) return [];
  const { validate, bind, lookup, invite } = identity.v1;
  const parts = Object.entries({ validate, bind, lookup, invite }).filter(([, { enabled }]) => enabled);
  const lists: [Path, readonly string[]][] = parts.map(([name, { allowedClients }]) => [
    ['identity', 'v1', name, 'allowed_clients'],
    allowedClients,
  ]);
  const message =
    'http.trusted_proxies is empty: behind a reverse proxy on this machine, all clients have this address ' +
    'and are allowed.';
  return lists
    .filter(([, networks]) => networks.some((network) => /^(127\.|::1)/.test(network)))
    .map(([path]) => ({ path, message }));
}
