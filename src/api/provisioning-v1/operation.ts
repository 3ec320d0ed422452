import { sharedOperations, type Operation } from '../provisioning/wire-error.js';

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
  ...sharedOperations,
  resend_code: { state: 'code', start: 'request', doing: 'requesting code' },
  hand_over: { ...none, doing: 'handing the login over' },
  qr: { ...none, doing: 'logging in with a QR code' },
  get_portal: { ...none, doing: 'getting the portal' },
  connect_portal: { ...none, doing: 'connecting the portal' },
  create_portal: { ...none, doing: 'creating the portal' },
  disconnect_portal: { ...none, doing: 'disconnecting the portal' },
} as const satisfies Record<string, Operation>;

/** The name of an operation of version 1. */
export type OperationName = keyof typeof operations;
