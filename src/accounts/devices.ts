import type { Caller } from './threepids/account-addresses.js';

/** A device that a Matrix account is logged in on. */
export interface AccountDevice {
  readonly deviceId: string;
  readonly displayName: string | undefined;
}

/**
 * The devices of an account (client-server API, "Device Management"). Only the embedded authority
 * has them: beside a homeserver they are the homeserver's. Every method throws AccountFailure.
 */
export interface AccountDevices {
  /** Oldest first. */
  list(caller: Caller): Promise<readonly AccountDevice[]>;
  /** Throws AccountFailure device_unknown. */
  load(caller: Caller, deviceId: string): Promise<AccountDevice>;
  /** Sets the name; none deletes it. Throws AccountFailure device_unknown. */
  rename(caller: Caller, deviceId: string, displayName: string | undefined): Promise<void>;
  /**
   * Ends the logins on these devices, after user-interactive authentication: `auth` is that member
   * of the request. Devices that the user does not have are ignored.
   */
  end(caller: Caller, deviceIds: readonly string[], auth: unknown, request: DeviceRequest): Promise<void>;
}

/** The request that the authentication is bound to. */
export interface DeviceRequest {
  readonly method: 'POST' | 'DELETE';
  /** Below `/_matrix/client/v3`. */
  readonly path: string;
}
