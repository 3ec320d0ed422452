import type { Caller } from './threepids/account-addresses.js';

/** A device on which a Matrix account is logged in. */
export interface AccountDevice {
  readonly deviceId: string;
  readonly displayName: string | undefined;
}

/**
 * The devices of an account (client-server API, "Device Management"). Only the embedded authority
 * has them; a homeserver serves its own. Each method throws AccountFailure.
 */
export interface AccountDevices {
  /** Oldest first. */
  list(caller: Caller): Promise<readonly AccountDevice[]>;
  /** Throws AccountFailure device_unknown. */
  load(caller: Caller, deviceId: string): Promise<AccountDevice>;
  /**
   * Sets the name, or deletes it if `displayName` is undefined. Throws AccountFailure
   * device_unknown.
   */
  rename(caller: Caller, deviceId: string, displayName: string | undefined): Promise<void>;
  /**
   * Ends the logins on these devices, after user-interactive authentication with `auth`, the member
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
