import type { Config } from './config.js';
import type { Remark } from './remark.js';
import { accountRemarks } from './remarks-on-accounts.js';
import { deliveryRemarks } from './remarks-on-delivery.js';
import { identityRemarks } from './remarks-on-identity.js';
import { threepidRemarks } from './remarks-on-threepids.js';
import { webRemarks } from './remarks-on-web.js';
import { normalisePrefix } from './sections/provisioning.js';
import { isServerName } from './server-name.js';
import { valueAt, type TreeMap } from './tree.js';

/**
 * Returns remarks about the valid sections of a configuration. `root` is the configuration as
 * written.
 */
export function remarksOn(read: Partial<Config>, root: TreeMap): Remark[] {
  return [
    ...prefixRemarks(root),
    ...secretRemarks(read),
    ...accountRemarks(read, root),
    ...webRemarks(read, root),
    ...identityRemarks(read, root),
    ...threepidRemarks(read, root),
    ...deliveryRemarks(read),
    ...networkRemarks(read),
    ...proxyRemarks(read, root),
    ...permissionRemarks(read),
  ];
}

function prefixRemarks(root: TreeMap): Remark[] {
  const path = ['provisioning', 'prefix'];
  const written = valueAt(root, path);
  if (typeof written !== 'string') return [];
  const prefix = normalisePrefix(written);
  if (prefix === '' || prefix === written) return [];
  return [{ path, message: `It is used as ${prefix}: a slash or /v1 at the end is not part of the prefix.` }];
}

function secretRemarks({ provisioning, encryption }: Partial<Config>): Remark[] {
  const remarks: Remark[] = [];
  if (provisioning?.oldSharedSecrets.some((old) => old.equals(provisioning.sharedSecret))) {
    const message =
      'The current shared secret is in this list too, so the old secret still works. Replace ' +
      'provisioning.shared_secret.';
    remarks.push({ path: ['provisioning', 'old_shared_secrets'], message });
  }
  if (encryption?.oldKeys.some((old) => old.equals(encryption.key))) {
    remarks.push({
      path: ['encryption', 'old_keys'],
      message: 'The current key is in this list too. Remove it here.',
    });
  }
  return remarks;
}

function networkRemarks({ telegram }: Partial<Config>): Remark[] {
  if (!telegram) return [];
  const { dataCentres, publicKeys } = telegram;
  if (dataCentres.length > 0 && publicKeys.length === 0) {
    const message =
      "Another network is configured without telegram.public_keys, so only Telegram's own keys are trusted.";
    return [{ path: ['telegram', 'data_centres'], message }];
  }
  if (dataCentres.length === 0 && publicKeys.length > 0) {
    const message =
      "Keys of another network are configured, but telegram.data_centres is empty, so Telegram's own " +
      'network is used.';
    return [{ path: ['telegram', 'public_keys'], message }];
  }
  return [];
}

function proxyRemarks({ telegram }: Partial<Config>, root: TreeMap): Remark[] {
  const path = ['telegram', 'proxy', 'type'];
  if (telegram?.proxy.type !== 'disabled' || valueAt(root, path) !== undefined) return [];
  if (valueAt(root, ['telegram', 'proxy', 'address']) === undefined) return [];
  return [
    {
      path: ['telegram', 'proxy'],
      message: 'No proxy is used: telegram.proxy.type is unset, which means disabled.',
    },
  ];
}

function permissionRemarks({ bridge, homeserver }: Partial<Config>): Remark[] {
  if (!bridge) return [];
  return [...bridge.permissions.keys()].flatMap((key) => {
    const message = keyRemark(key, homeserver);
    return message === undefined ? [] : [{ path: ['bridge', 'permissions', key], message }];
  });
}

function keyRemark(key: string, homeserver: Config['homeserver'] | undefined): string | undefined {
  if (key === '*') return undefined;
  if (key.includes('*')) return 'Patterns have no effect. Write a whole Matrix ID, a server name, or "*".';
  const isUser = key.startsWith('@');
  const server = isUser ? key.slice(key.indexOf(':') + 1) : key;
  if ((isUser && !key.includes(':')) || !isServerName(server)) {
    return 'This is neither a Matrix ID (@user:server), nor a server name, nor "*". It has no effect.';
  }
  if (homeserver === undefined || server === homeserver.domain) return undefined;
  const host = homeserver.address === undefined ? undefined : new URL(homeserver.address).host;
  if (server !== host && !server.endsWith(`.${homeserver.domain}`)) return undefined;
  const own = `the Matrix IDs of your homeserver end in :${homeserver.domain}`;
  return `${server} looks like the address of your homeserver, but ${own}.`;
}
