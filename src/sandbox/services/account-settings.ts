import type { Clock } from '../../base/clock.js';
import type { RpcService } from '../rpc/method.js';
import type { TlObject } from '../tl/value.js';
import type { Devices } from '../world/devices.js';

/**
 * account.*: settings that are the same for all accounts, and the devices of one's own. Changes are
 * accepted, not kept.
 */
export function createAccountSettingsService(deps: { readonly clock: Clock; readonly devices: Devices }): RpcService {
  const seconds = () => Math.floor(deps.clock.now() / 1000);
  const accepted = { access: 'account', run: () => true } as const;
  return {
    'account.updateStatus': accepted,
    'account.registerDevice': accepted,
    'account.unregisterDevice': accepted,
    'account.updateNotifySettings': accepted,
    'account.resetNotifySettings': accepted,
    'account.getContactSignUpNotification': { access: 'account', run: () => false },
    'account.getNotifySettings': { access: 'account', run: () => ({ _: 'peerNotifySettings' }) },
    'account.getNotifyExceptions': { access: 'account', run: () => noUpdates(seconds()) },
    'account.getReactionsNotifySettings': {
      access: 'account',
      run: () => ({
        _: 'reactionsNotifySettings',
        sound: { _: 'notificationSoundDefault' },
        show_previews: true,
      }),
    },
    'account.getContentSettings': { access: 'account', run: () => ({ _: 'account.contentSettings' }) },
    'account.getGlobalPrivacySettings': { access: 'account', run: () => ({ _: 'globalPrivacySettings' }) },
    'account.getAccountTTL': { access: 'account', run: () => ({ _: 'accountDaysTTL', days: 548 }) },
    'account.getPrivacy': {
      access: 'account',
      run: () => ({ _: 'account.privacyRules', rules: [{ _: 'privacyValueAllowAll' }], chats: [], users: [] }),
    },
    'account.getAuthorizations': {
      access: 'account',
      run({ device }) {
        const own = device.account ? deps.devices.ofAccount(device.account) : [];
        const loggedIn = own.filter(({ account }) => account !== undefined);
        return {
          _: 'account.authorizations',
          authorization_ttl_days: 180,
          authorizations: loggedIn.map(({ keyName }) =>
            authorizationOf(keyName === device.keyName ? 0n : BigInt(`0x${keyName}`), seconds()),
          ),
        };
      },
    },
  };
}

/** Returns the answer to calls that return Updates if there are none. */
export function noUpdates(date: number): TlObject {
  return { _: 'updates', updates: [], users: [], chats: [], date, seq: 0 };
}

/** Returns a device in the list of an account; `hash` is 0 for the caller's own. */
export function authorizationOf(hash: bigint, now: number): TlObject {
  return {
    _: 'authorization',
    current: hash === 0n,
    hash,
    device_model: 'unknown',
    platform: 'unknown',
    system_version: 'unknown',
    api_id: 1,
    app_name: 'unknown',
    app_version: 'unknown',
    date_created: now,
    date_active: now,
    ip: '127.0.0.1',
    country: '',
    region: '',
  };
}
