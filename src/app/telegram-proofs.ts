import { createTelegramProofs, type FromTelegram, type TelegramProofs } from '../accounts/contacts/telegram-proofs.js';
import type { Config } from '../config/config.js';
import type { AccountPublisher } from '../identity/associations.js';
import { readUser } from '../login/stored-forms.js';
import type { Accounts, AccountSeams } from './accounts.js';

/** What composeTelegramProofs needs besides the configuration. */
export interface TelegramProofParts {
  readonly accounts: Accounts | undefined;
  /** Undefined if there is no identity service here. */
  readonly publisher: AccountPublisher | undefined;
}

/**
 * The phone numbers that logins to Telegram prove, and whether the provisioning API has anything to
 * say of them.
 */
export interface ComposedTelegramProofs {
  /** Also if nothing is added any more: what was added before goes as it must. */
  readonly proofs: TelegramProofs;
  readonly isOffered: boolean;
}

/** Returns the proofs that the configuration describes. */
export function composeTelegramProofs(
  config: Config,
  { accounts, publisher }: TelegramProofParts,
  seams: AccountSeams,
): ComposedTelegramProofs {
  const { homeserver, threepids } = config;
  const mode = modeOf(config);
  const proofs = createTelegramProofs({
    ...seams,
    mode,
    serverName: homeserver.domain,
    hasOwnAccounts: accounts?.kind !== 'relay',
    upstreamAddressBook: accounts?.kind === 'relay' ? accounts.upstreamAddressBook : undefined,
    readProfile: readUser,
    publisher: threepids.publishesFromTelegram ? publisher : undefined,
  });
  return { proofs, isOffered: mode !== 'off' };
}

/** Whoever lets nobody change the addresses of accounts offers nobody to add one. */
function modeOf({ accounts, threepids: { fromTelegram } }: Config): FromTelegram {
  if (accounts.mode === 'off') return 'off';
  return fromTelegram === 'ask' && !accounts.addresses.mayChange ? 'off' : fromTelegram;
}
