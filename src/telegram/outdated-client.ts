import type { Logger } from '../base/logger.js';
import type { TelegramFailure } from './failure.js';

/** The name of an engine, as in the configuration. */
export type Engine = 'gramjs' | 'mtcute';

/** Errors with which Telegram rejects the version of its API that a client uses (its layer). */
const tooOld = /\b(?:UPDATE_APP_TO_LOGIN|\w*(?:LAYER|CONSTRUCTOR|METHOD)_INVALID)\b/;

const remedies: Readonly<Record<Engine, string>> = {
  gramjs: 'set telegram.engine to mtcute and restart; logins continue',
  mtcute: 'update Gangway',
};

/** Logs what to do if the failure means that Telegram requires a newer client. */
export function reportOutdatedClient(failure: TelegramFailure, engine: Engine, logger: Logger): void {
  const name = findRejection(failure);
  if (name !== undefined) logger.error('telegram client outdated', { engine, name, remedy: remedies[engine] });
}

/** Returns what to do if the failure means that Telegram requires a newer client. */
export function remedyForOutdatedClient(failure: TelegramFailure, engine: Engine): string | undefined {
  return findRejection(failure) === undefined ? undefined : remedies[engine];
}

function findRejection({ details, cause }: TelegramFailure): string | undefined {
  if (details.kind !== 'client_rejected' || !(cause instanceof Error)) return undefined;
  return tooOld.exec(cause.message)?.[0];
}
