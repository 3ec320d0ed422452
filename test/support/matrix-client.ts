import { createClient, type LoginResponse, type MatrixClient } from 'matrix-js-sdk';

const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, getChild: () => quiet };

/** An unmodified client of matrix-js-sdk for the homeserver at this address; it logs nothing. */
export function matrixClient(
  baseUrl: string,
  options: Omit<Parameters<typeof createClient>[0], 'baseUrl'> = {},
): MatrixClient {
  return createClient({ baseUrl, logger: quiet, ...options });
}

/** The client of a logged-in user. */
export function loggedInClient(baseUrl: string, { access_token, user_id, device_id }: LoginResponse): MatrixClient {
  return matrixClient(baseUrl, { accessToken: access_token, userId: user_id, deviceId: device_id });
}
