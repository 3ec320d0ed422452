import { z } from 'zod';
import type { AccountDevice, AccountDevices } from '../../accounts/devices.js';
import { boundedList } from '../../http/bounded-list.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import { errorShapes, type ErrorKind } from '../client-server/error-shapes.js';
import { member } from '../client-server/member.js';
import { bodyKinds } from '../client-server/operation-errors.js';
import { callerOf } from './address-shapes.js';
import { authenticationRequired } from './authentication-required.js';

/** The dependencies of the endpoints. */
interface DeviceDeps {
  readonly devices: AccountDevices;
}

const device = z.object({
  device_id: z.string().meta({ description: 'The device ID.', examples: ['QBUAZIFURK'] }),
  display_name: z
    .string()
    .optional()
    .meta({ description: 'The display name, if the device has one.', examples: ['alice’s phone'] }),
});

const params = { deviceId: { description: 'The device ID.', example: 'QBUAZIFURK' } } as const;
const tokenKinds: readonly ErrorKind[] = ['unauthorized', 'token_unknown', 'unavailable', 'defect'];
const auth = member('object', 'User-interactive authentication.');
const ended = {
  access: 'authenticated',
  replies: { 200: { description: 'The devices were logged out', schema: z.object({}) } },
  errors: {
    ...errorShapes([
      ...bodyKinds,
      'missing',
      'parameter_missing',
      'parameter_invalid',
      'rate_limited',
      'overloaded',
      'user_deactivated',
      'unavailable',
      'defect',
    ]),
    401: authenticationRequired,
  },
} as const;

const list = defineEndpoint(
  {
    name: 'list_devices',
    operationId: 'getDevices',
    method: 'GET',
    path: '/devices',
    params: {},
    access: 'authenticated',
    summary: 'List the devices of the account',
    replies: { 200: { description: 'The devices, oldest first', schema: z.object({ devices: z.array(device) }) } },
    errors: errorShapes(tokenKinds),
  },
  ({ devices }: DeviceDeps) => ({
    async handler(request) {
      const found = await devices.list(callerOf(request));
      return reply(200, { devices: found.map(wireDevice) });
    },
  }),
);

const load = defineEndpoint(
  {
    name: 'get_device',
    operationId: 'getDevice',
    method: 'GET',
    path: '/devices/{deviceId}',
    params,
    access: 'authenticated',
    summary: 'Get one device',
    replies: { 200: { description: 'The device', schema: device } },
    errors: errorShapes(['path_malformed', ...tokenKinds, 'device_unknown']),
  },
  ({ devices }: DeviceDeps) => ({
    async handler(request) {
      return reply(200, wireDevice(await devices.load(callerOf(request), request.params.deviceId)));
    },
  }),
);

const rename = defineEndpoint(
  {
    name: 'rename_device',
    operationId: 'updateDevice',
    method: 'PUT',
    path: '/devices/{deviceId}',
    params,
    access: 'authenticated',
    summary: 'Set the display name of a device',
    body: z.looseObject({
      display_name: z.string().nullish().meta({
        description: 'The new display name. Control characters are removed. If absent, the name does not change.',
      }),
    }),
    replies: { 200: { description: 'The display name was set', schema: z.object({}) } },
    errors: errorShapes(['path_malformed', ...bodyKinds, ...tokenKinds, 'device_unknown']),
  },
  ({ devices }: DeviceDeps) => ({
    async handler(request) {
      const { params: path, body } = request;
      const { display_name: name } = body;
      const caller = callerOf(request);
      if (typeof name === 'string') await devices.rename(caller, path.deviceId, name);
      else await devices.load(caller, path.deviceId);
      return reply(200, {});
    },
  }),
);

const endOne = defineEndpoint(
  {
    ...ended,
    name: 'delete_device',
    operationId: 'deleteDevice',
    method: 'DELETE',
    path: '/devices/{deviceId}',
    params,
    summary: 'Log a device out',
    description: 'Requires user-interactive authentication. An unknown device is ignored.',
    body: z.looseObject({ auth }),
    bodyFrom: 'optional_json',
  },
  ({ devices }: DeviceDeps) => ({
    async handler(request) {
      const { deviceId } = request.params;
      const operation = { method: 'DELETE', path: `/devices/${encodeURIComponent(deviceId)}` } as const;
      await devices.end(callerOf(request), [deviceId], request.body.auth, operation);
      return reply(200, {});
    },
  }),
);

const endSeveral = defineEndpoint(
  {
    ...ended,
    name: 'delete_devices',
    operationId: 'deleteDevices',
    method: 'POST',
    path: '/delete_devices',
    params: {},
    summary: 'Log several devices out',
    description: 'Requires user-interactive authentication. Unknown devices are ignored.',
    body: z.looseObject({ devices: boundedList(z.string(), { max: 1000, description: 'The device IDs.' }), auth }),
  },
  ({ devices }: DeviceDeps) => ({
    async handler(request) {
      const { devices: deviceIds, auth: given } = request.body;
      await devices.end(callerOf(request), deviceIds, given, { method: 'POST', path: '/delete_devices' });
      return reply(200, {});
    },
  }),
);

/** `/devices`, `/devices/{deviceId}` and `/delete_devices` */
export const deviceOperations = [list, load, rename, endOne, endSeveral] as const;

function wireDevice({ deviceId, displayName }: AccountDevice) {
  return { device_id: deviceId, ...(displayName === undefined ? {} : { display_name: displayName }) };
}
