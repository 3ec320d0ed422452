import type {
  Bridge,
  BridgeContact,
  BridgeGroup,
  BridgeLoginId,
  BridgeReply,
  BridgeRequest,
} from '../bridge/bridge.js';
import { BridgeFailure } from '../bridge/failure.js';
import type { Mxid } from '../base/mxid.js';
import { PhoneNumber } from '../base/phone.js';
import type { TelegramUserId } from '../telegram/shapes.js';
import { TelegramAccountFailure, type VisibleUser, type NewGroup, type StartedChat } from './accounts.js';
import { LoginFailure } from './failure.js';

/** A login at the bridge. */
export interface AtBridge {
  readonly owner: Mxid;
  readonly login: BridgeLoginId;
}

/**
 * Telegram users and chats from the bridge. Every method throws LoginFailure and
 * TelegramAccountFailure.
 */
export interface BridgedContacts {
  contacts(login: AtBridge): Promise<readonly VisibleUser[]>;
  search(login: AtBridge, query: string): Promise<readonly VisibleUser[]>;
  resolve(
    login: AtBridge,
    identifier: string,
  ): Promise<{ readonly kind: 'user'; readonly user: VisibleUser } | { readonly kind: 'not_found' }>;
  createDm(login: AtBridge, identifier: string): Promise<StartedChat>;
  createGroup(login: AtBridge, group: NewGroup): Promise<BridgeGroup>;
  passOn(login: AtBridge, request: BridgeRequest): Promise<BridgeReply>;
}

export function createBridgedContacts(bridge: Bridge): BridgedContacts {
  return {
    contacts: async ({ owner, login }) => (await asking(bridge.contacts(owner, login))).map(personOf),
    search: async ({ owner, login }, query) => (await asking(bridge.searchUsers(owner, login, query))).map(personOf),

    async resolve({ owner, login }, identifier) {
      try {
        return { kind: 'user', user: personOf(await asking(bridge.resolveIdentifier(owner, login, identifier))) };
      } catch (error) {
        if (error instanceof TelegramAccountFailure && error.details.kind === 'identifier_unknown') {
          return { kind: 'not_found' };
        }
        throw error;
      }
    },

    async createDm({ owner, login }, identifier) {
      const chat = await asking(bridge.createDm(owner, login, identifier));
      return { ...personOf(chat), isNew: chat.isNew };
    },

    createGroup: ({ owner, login }, { type, body }) => asking(bridge.createGroup(owner, login, type, body)),
    passOn: ({ owner, login }, request) => asking(bridge.passOn(owner, login, request)),
  };
}

async function asking<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof BridgeFailure ? failureOf(error) : error;
  }
}

function failureOf(failure: BridgeFailure): LoginFailure | TelegramAccountFailure {
  const { details } = failure;
  switch (details.kind) {
    case 'bridge_identifier_unknown':
      return new TelegramAccountFailure({ kind: 'identifier_unknown' }, { cause: failure });
    case 'bridge_login_unknown':
      return new LoginFailure({ kind: 'not_logged_in' }, { cause: failure });
    case 'bridge_flood_wait':
      return new LoginFailure({ kind: 'flood_wait', retryAfterMs: details.retryAfterMs }, { cause: failure });
    case 'bridge_refused':
      return new LoginFailure({ kind: 'bridge_refused', message: details.message }, { cause: failure });
    case 'bridge_request_rejected':
      return new LoginFailure(details, { cause: failure });
    case 'bridge_user_forbidden':
      return new LoginFailure({ kind: 'not_permitted' }, { cause: failure });
    case 'bridge_unreachable':
    case 'bridge_secret_rejected':
    case 'bridge_process_unknown':
    case 'bridge_answer_invalid':
      return new LoginFailure({ kind: 'bridge_unreachable' }, { cause: failure });
  }
}

function personOf({ id, name, identifiers, mxid, avatarUrl, dmRoom }: BridgeContact): VisibleUser {
  const after = (prefix: string) => identifiers?.find((text) => text.startsWith(prefix))?.slice(prefix.length);
  const phone = after('tel:');
  return {
    id: id as TelegramUserId,
    username: after('telegram:') ?? null,
    firstName: name ?? null,
    lastName: null,
    phone: (phone === undefined ? undefined : PhoneNumber.parse(phone)) ?? null,
    isBot: false,
    matrix: { identifiers, mxid, avatarUrl, dmRoom },
  };
}
