import { openTelegram } from '../../app/telegram.js';
import type { Runtime } from '../../base/runtime.js';
import type { Config } from '../../config/config.js';
import { TelegramFailure } from '../../telegram/failure.js';
import { remedyForOutdatedClient } from '../../telegram/outdated-client.js';
import type { Check, Finding } from './check.js';

/**
 * Connects to Telegram with a new key and requests a login token, which is not shown to any user.
 * So Telegram checks the API ID.
 */
export function telegramCheck(config: Config, version: string, { clock, logger }: Runtime): Check {
  const { engine, proxy, apiId } = config.telegram;
  return {
    name: 'telegram',
    run: async () => {
      const gateway = openTelegram(
        { telegram: config.telegram, logging: { level: 'error' } },
        { version, guard: undefined, clock, logger },
      );
      const began = clock.now();
      try {
        const connection = await gateway.connect();
        const connectedMs = clock.now() - began;
        await connection.exportLoginToken();
        const by = proxy.type === 'disabled' ? '' : ` through the ${proxy.type} proxy`;
        const message = `Connected${by} in ${connectedMs} ms, and Telegram accepts the API ID ${apiId} (engine ${engine}).`;
        return [{ status: 'ok', message }];
      } catch (error) {
        if (!(error instanceof TelegramFailure)) throw error;
        return [explain(error, config)];
      } finally {
        await gateway.close();
      }
    },
  };
}

function explain(failure: TelegramFailure, { telegram: { engine, proxy } }: Config): Finding {
  const { details } = failure;
  switch (details.kind) {
    case 'client_rejected': {
      const remedy = remedyForOutdatedClient(failure, engine);
      if (remedy !== undefined) {
        const message = `Telegram rejects the engine ${engine} as too old (telegram.engine).`;
        return { status: 'failed', message, advice: `Do this: ${remedy}.` };
      }
      const message = 'Telegram rejects telegram.api_id or telegram.api_hash.';
      return { status: 'failed', message, advice: 'Copy both from https://my.telegram.org/apps.' };
    }
    case 'flood_wait': {
      const seconds = Math.ceil(details.retryAfterMs / 1000);
      return {
        status: 'warning',
        message: `Telegram is reachable, and allows the next request in ${seconds} seconds.`,
      };
    }
    case 'unreachable':
      return {
        status: 'failed',
        message: 'Telegram cannot be reached, or the key exchange failed.',
        advice:
          proxy.type === 'disabled'
            ? 'Allow outgoing TCP connections to ports 443, 80 and 5222, or set telegram.proxy.'
            : 'Check telegram.proxy: whether the proxy runs, and its credentials.',
      };
    default:
      return { status: 'failed', message: `Telegram returned ${details.kind} to a new connection.` };
  }
}
