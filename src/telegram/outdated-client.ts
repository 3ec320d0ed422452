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
  if (failure.details.kind !== 'client_rejected' || !(failure.cause instanceof Error)) return;
  const name = tooOld.exec(failure.cause.message)?.[0];
  if (name !== undefined) logger.error('telegram client outdated', { engine, name, remedy: remedies[engine] });
}
