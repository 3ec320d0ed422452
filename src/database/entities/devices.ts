import { EntitySchema } from 'typeorm';
import { epochMs, optionalText, primaryText } from '../columns.js';

/** A row of devices. */
export interface DeviceRow {
  mxid: string;
  deviceId: string;
  displayName: string | null;
  createdAt: number;
}

/** The table of devices that accounts are logged in on. */
export const devices = new EntitySchema<DeviceRow>({
  name: 'devices',
  tableName: 'devices',
  columns: {
    mxid: primaryText('mxid', 'devices_pkey'),
    deviceId: primaryText('device_id', 'devices_pkey'),
    displayName: optionalText('display_name'),
    createdAt: epochMs('created_at'),
  },
});
