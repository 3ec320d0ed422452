import type { Operation } from '../provisioning-0.3.0/operation.js';

const none = { state: undefined, start: undefined } as const;

/** The operations of version 1, by the names of their endpoints. */
export const operations = {
  bridge_info: { ...none, doing: 'getting the bridge info' },
  get_user: { ...none, doing: 'getting the user info' },
  get_chats: { ...none, doing: 'getting the chats' },
  get_contacts: { ...none, doing: 'getting the contacts' },
  resolve_identifier: { ...none, doing: 'resolving the identifier' },
  start_dm: { ...none, doing: 'starting a chat' },
  log_out: { ...none, doing: 'logging out' },
  request_code: { state: 'request', start: 'request', doing: 'requesting code' },
  resend_code: { state: 'code', start: 'request', doing: 'requesting code' },
  send_code: { state: 'code', start: 'request', doing: 'sending code' },
  send_password: { state: 'password', start: 'request', doing: 'sending password' },
  bot_token: { state: 'token', start: 'token', doing: 'sending token' },
  hand_over: { ...none, doing: 'handing the login over' },
  add_phone: { ...none, doing: 'adding the phone number' },
  qr: { ...none, doing: 'logging in with a QR code' },
  get_portal: { ...none, doing: 'getting the portal' },
  connect_portal: { ...none, doing: 'connecting the portal' },
  create_portal: { ...none, doing: 'creating the portal' },
  disconnect_portal: { ...none, doing: 'disconnecting the portal' },
} as const satisfies Record<string, Operation>;

/** The name of an operation of version 1. */
export type OperationName = keyof typeof operations;

/** Returns whether the endpoint's name is that of an operation. */
export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
