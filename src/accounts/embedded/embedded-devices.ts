import type { Database } from '../../database/database.js';
import type { AccountDevices } from '../devices.js';
import { AccountFailure } from '../failure.js';
import type { UserInteractiveAuth } from '../uia/user-interactive-auth.js';
import { readDeviceName } from './device-name.js';
import { createLoginGuard } from './login-guard.js';
import { endDevice } from './token-service.js';

export interface EmbeddedDevicesDeps {
  readonly database: Database;
  readonly userInteractiveAuth: Pick<UserInteractiveAuth, 'authenticate'>;
}

/** Creates the devices of embedded accounts. */
export function createEmbeddedDevices(deps: EmbeddedDevicesDeps): AccountDevices {
  const { database } = deps;
  const guard = createLoginGuard(deps);
  return {
    list: ({ mxid }) => database.transaction((tx) => tx.devices.listByUser(mxid)),

    async load({ mxid }, deviceId) {
      const device = isPossible(deviceId)
        ? await database.transaction((tx) => tx.devices.find(mxid, deviceId))
        : undefined;
      if (!device) throw new AccountFailure({ kind: 'device_unknown' });
      return device;
    },

    async rename({ mxid }, deviceId, displayName) {
      const name = readDeviceName(displayName);
      const isKnown =
        isPossible(deviceId) && (await database.transaction((tx) => tx.devices.rename(mxid, deviceId, name)));
      if (!isKnown) throw new AccountFailure({ kind: 'device_unknown' });
    },

    async end(caller, deviceIds, auth, { method, path }) {
      const { mxid } = caller;
      const operation = { method, path: `/_matrix/client/v3${path}`, params: { devices: deviceIds } };
      const requireUnchanged = await guard.authenticate(caller, operation, auth);
      await database.transaction(async (tx) => {
        await requireUnchanged(tx);
        const known = (await tx.devices.listByUser(mxid)).map(({ deviceId }) => deviceId);
        for (const deviceId of known) if (deviceIds.includes(deviceId)) await endDevice(tx, mxid, deviceId);
      });
    },
  };
}

// PostgreSQL rejects a query with a zero byte in it.
function isPossible(deviceId: string): boolean {
  return !deviceId.includes('\0');
}
