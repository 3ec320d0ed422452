import { createTelegramProofs } from '../accounts/threepids/database-telegram-proofs.js';
import type { FromTelegram, TelegramProofs } from '../accounts/threepids/telegram-proofs.js';
import type { Config } from '../config/config.js';
import type { AccountPublisher } from '../identity/associations.js';
import { readUser } from '../login/login-codec.js';
import type { Accounts, AccountRuntime } from './accounts.js';

/** The dependencies of composeTelegramProofs besides the configuration. */
export interface TelegramProofParts {
  readonly accounts: Accounts | undefined;
  /** Undefined without an identity service. */
  readonly publisher: AccountPublisher | undefined;
}

/** The phone numbers of Telegram accounts, and whether the provisioning API offers them. */
export interface ComposedTelegramProofs {
  /** Required even if no numbers are added any more: numbers added before must still be removed. */
  readonly proofs: TelegramProofs;
  readonly isOffered: boolean;
}

/** Returns the proofs that the configuration describes. */
export function composeTelegramProofs(
  config: Config,
  { accounts, publisher }: TelegramProofParts,
  runtime: AccountRuntime,
): ComposedTelegramProofs {
  const { homeserver, threepids } = config;
  const mode = modeOf(config);
  const proofs = createTelegramProofs({
    ...runtime,
    mode,
    serverName: homeserver.domain,
    hasOwnAccounts: accounts?.kind !== 'relay',
    homeserverThreepids: accounts?.kind === 'relay' ? accounts.homeserverThreepids : undefined,
    readProfile: readUser,
    publisher: threepids.publishesFromTelegram ? publisher : undefined,
  });
  return { proofs, isOffered: mode !== 'off' };
}

/** If users cannot change the 3PIDs of accounts, none are offered. */
function modeOf({ accounts, threepids: { fromTelegram } }: Config): FromTelegram {
  if (accounts.mode === 'off') return 'off';
  return fromTelegram === 'ask' && !accounts.addresses.mayChange ? 'off' : fromTelegram;
}
