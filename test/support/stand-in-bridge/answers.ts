import type { Person } from './telegram-login.js';

/** An answer of the bridge. */
export interface BridgeAnswer {
  readonly status: number;
  readonly body: unknown;
}

export function ok(body: unknown, status = 200): BridgeAnswer {
  return { status, body };
}

function matrixError(status: number, errcode: string, error: string, more = {}): BridgeAnswer {
  return { status, body: { errcode, error, ...more } };
}

/** The errors of the provisioning API, in the bridge's words. */
export const errors = {
  missingToken: matrixError(401, 'M_MISSING_TOKEN', 'Missing auth token'),
  unknownToken: matrixError(401, 'M_UNKNOWN_TOKEN', 'Invalid auth token'),
  disabled: matrixError(403, 'M_FORBIDDEN', 'Provisioning API is disabled'),
  noPermission: matrixError(403, 'M_FORBIDDEN', 'User does not have login permissions'),
  tooManyLogins: (most: number) =>
    matrixError(403, 'FI.MAU.BRIDGE.TOO_MANY_LOGINS', `Maximum number of logins exceeded (${most})`),
  unknownEndpoint: matrixError(404, 'M_UNRECOGNIZED', 'Unrecognized endpoint'),
  wrongMethod: matrixError(405, 'M_UNRECOGNIZED', 'Invalid method for endpoint'),
  notJson: matrixError(400, 'M_NOT_JSON', 'Failed to decode request body'),
  loginNotFound: matrixError(404, 'M_NOT_FOUND', 'Login not found'),
  notLoggedIn: matrixError(400, 'FI.MAU.NOT_LOGGED_IN', 'Not logged in'),
  identifierNotFound: matrixError(404, 'M_NOT_FOUND', 'Identifier not found'),
  badStepId: matrixError(500, 'M_BAD_STATE', 'Step ID does not match'),
  badTransactionId: matrixError(500, 'M_BAD_STATE', 'Transaction ID does not match'),
  badStepType: matrixError(500, 'M_BAD_STATE', 'Step type does not match'),
  invalidStepType: (type: string) => matrixError(404, 'M_UNRECOGNIZED', `Invalid step type ${JSON.stringify(type)}`),
  alreadyFinished: matrixError(410, 'FI.MAU.BRIDGE.LOGIN_ALREADY_FINISHED', 'Login process was already finished'),
  cancelled: matrixError(410, 'FI.MAU.BRIDGE.LOGIN_CANCELLED', 'Login process was cancelled'),
  nameRequired: matrixError(400, 'M_INVALID_PARAM', 'Name is required'),
  tooFewMembers: matrixError(400, 'M_INVALID_PARAM', 'Must have at least 1 member (in addition to yourself)'),
  unknownGroupType: (type: string) => matrixError(404, 'M_UNRECOGNIZED', `Unrecognized group type ${type}`),
  invalidPack: (url: string | null) => matrixError(404, 'M_NOT_FOUND', `invalid pack shortcode or link: ${url ?? ''}`),
  unsupported: (error: string) => matrixError(404, 'M_UNRECOGNIZED', error),
  internal: (error: string, reason: string) =>
    matrixError(500, 'M_UNKNOWN', error, { 'fi.mau.internal_error': reason }),
};

/** All login flows, in the bridge's order. */
export const allFlows = [
  { name: 'Phone Number', description: 'By phone number', id: 'phone' },
  { name: 'QR Code', description: 'By scanning a QR code', id: 'qr' },
  { name: 'Bot token', description: 'As a bot', id: 'bot' },
  { name: 'Manual', description: 'With an existing session', id: 'manual' },
];

/** The bridge's description of its network. */
export const telegramNetwork = {
  displayname: 'Telegram',
  network_url: 'https://telegram.org/',
  network_icon: 'mxc://example.test/telegram',
  network_id: 'telegram',
  beeper_bridge_type: 'telegram',
  default_port: 29317,
  default_command_prefix: '!tg',
};

export const manualStepId = 'fi.mau.telegram.login.manual_session';

/** The first step of the flow `manual`. */
export function manualStep(loginId: string, txnId: string) {
  const field = {
    type: 'token',
    id: manualStepId,
    name: 'Session data JSON',
    description: '',
    pattern: '^\\{[a-zA-Z0-9/+=":,. ]+\\}$',
  };
  return {
    login_id: loginId,
    type: 'user_input',
    step_id: manualStepId,
    txn_id: txnId,
    instructions: '',
    user_input: { fields: [field], attachments: null },
  };
}

/** The step that ends a login process. */
export function completeStep(loginId: string, txnId: string, { id, name }: { id: string; name: string }) {
  return {
    login_id: loginId,
    type: 'complete',
    step_id: 'fi.mau.telegram.login.complete',
    txn_id: txnId,
    instructions: `Successfully logged in as ${name} (\`${id}\`)`,
    complete: { user_login_id: id },
  };
}

/** A user in `contacts`, `search_users` and `resolve_identifier`. */
export function contactOf({ id, name, identifiers }: Person, homeserver: string) {
  return { id, name, identifiers, mxid: `@telegram_${id}:${homeserver}` };
}
