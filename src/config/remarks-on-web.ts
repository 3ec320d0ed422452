import type { Config } from './config.js';
import { isLoopback } from './public-url.js';
import type { Remark } from './remark.js';
import { valueAt, type TreeMap } from './tree.js';

/** Returns remarks about the web page. */
export function webRemarks(read: Partial<Config>, root: TreeMap): Remark[] {
  return [...offRemarks(read, root), ...urlRemarks(read), ...pathRemarks(read), ...signInRemarks(read)];
}

/** An administrator who sets public_url probably means to enable the page. */
function offRemarks({ web }: Partial<Config>, root: TreeMap): Remark[] {
  const path = ['web', 'public_url'];
  if (web?.enabled !== false || valueAt(root, path) === undefined) return [];
  return [{ path, message: 'It has no effect: web.enabled is false.' }];
}

function urlRemarks({ web }: Partial<Config>): Remark[] {
  if (!web?.enabled || !isLoopback(new URL(web.publicUrl).hostname)) return [];
  const message =
    'Only browsers on this machine reach this address. Write the public address, with https://: browsers keep ' +
    'the cookie of the page over https only.';
  return [{ path: ['web', 'public_url'], message }];
}

function pathRemarks({ web, provisioning }: Partial<Config>): Remark[] {
  if (!web?.enabled || !provisioning) return [];
  const [one, other] = [`${web.path}/`, `${provisioning.prefix}/`];
  const isBelowSessions = one.startsWith('/_gangway/v1/');
  if (!one.startsWith(other) && !other.startsWith(one) && !isBelowSessions) return [];
  const message = 'It overlaps with another API, so some requests reach the wrong one. Choose another path.';
  return [{ path: ['web', 'path'], message }];
}

function signInRemarks({ web, homeserver, accounts }: Partial<Config>): Remark[] {
  if (!web?.enabled || !homeserver || !accounts) return [];
  const { password, sso, links, widgetClients } = web.signIn;
  const hasHomeserver = homeserver.address !== undefined;
  const hasAccounts = hasHomeserver || accounts.mode === 'embedded';
  if (links || (hasHomeserver && sso) || (hasAccounts && (password || widgetClients.length > 0))) return [];
  const message = 'No user can sign in. Enable links, or another way with homeserver.address or embedded accounts.';
  return [{ path: ['web', 'sign_in'], message }];
}
