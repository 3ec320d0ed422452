import type { Clock } from '../base/clock.js';
import type { LeaseGuard } from '../base/leases.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import type { TelegramGateway } from '../telegram/gateway.js';
import { createGramjsGateway } from '../telegram/gramjs/gateway.js';
import { createMtcuteGateway } from '../telegram/mtcute/gateway.js';

/** The external dependencies of openTelegram. */
export interface TelegramRuntime {
  /** The version of this program, which Telegram shows to users. */
  readonly version: string;
  /** Set if other daemons may connect on the same sessions. */
  readonly guard: LeaseGuard | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Returns the gateway to Telegram on the configured engine. */
export function openTelegram(
  { telegram, logging }: Pick<Config, 'telegram'> & { readonly logging: Pick<Config['logging'], 'level'> },
  { version, guard, clock, logger }: TelegramRuntime,
): TelegramGateway {
  const options = {
    ...telegram,
    ...telegram.connection,
    proxy: telegram.proxy.type === 'disabled' ? undefined : telegram.proxy,
    deviceInfo: { ...telegram.deviceInfo, appVersion: telegram.deviceInfo.appVersion ?? version },
    logsDebug: logging.level === 'debug',
    guard,
    clock,
    logger,
  };
  const { engine } = telegram;
  logger.info('telegram engine', { engine });
  switch (engine) {
    case 'gramjs':
      return createGramjsGateway(options);
    case 'mtcute':
      return createMtcuteGateway(options);
  }
}
