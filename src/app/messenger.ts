import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import type { EmailChannel, PhoneChannel } from '../delivery/channel.js';
import { type ClosableMessenger, createMessenger } from '../delivery/create-messenger.js';
import { createFileChannel } from '../delivery/file.js';
import { loadTemplates } from '../delivery/load-templates.js';
import { createTelegramGatewayChannel } from '../delivery/telegram-gateway.js';
import type { Templates } from '../delivery/templates.js';
import { createWebhookChannel } from '../delivery/webhook.js';

type Delivery = Config['delivery'];

/** The dependencies of openMessenger besides the configuration. */
export interface MessengerRuntime {
  /** The name of this service in messages. */
  readonly service: string;
  /** The URL that Telegram sends delivery reports to, or undefined if there is none. */
  readonly reportUrl: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Returns the messenger. The caller must close it. Throws SettingsFailure. */
export async function openMessenger(delivery: Delivery, runtime: MessengerRuntime): Promise<ClosableMessenger> {
  const { service, clock, logger } = runtime;
  const templates = await loadTemplates({ folder: delivery.templates, service });
  const parts = { ...runtime, templates, deadlineMs: delivery.deadlineMs };
  return createMessenger({
    email: await Promise.all(delivery.email.map((channel) => emailChannel(channel, parts))),
    phone: delivery.phone.map((channel) => phoneChannel(channel, parts)),
    clock,
    logger,
  });
}

interface Parts extends MessengerRuntime {
  readonly templates: Templates;
  readonly deadlineMs: number;
}

async function emailChannel(
  channel: Delivery['email'][number],
  { templates, deadlineMs, clock, logger }: Parts,
): Promise<EmailChannel> {
  switch (channel.type) {
    case 'smtp': {
      const { createSmtpChannel } = await import('../delivery/smtp.js');
      return createSmtpChannel({ ...channel, templates, deadlineMs });
    }
    case 'file':
      return createFileChannel({ ...channel, clock, logger });
  }
}

function phoneChannel(channel: Delivery['phone'][number], parts: Parts): PhoneChannel {
  const { templates, deadlineMs, reportUrl, clock, logger } = parts;
  switch (channel.type) {
    case 'telegram_gateway': {
      const callbackUrl = channel.reports ? reportUrl : undefined;
      return createTelegramGatewayChannel({ ...channel, callbackUrl, deadlineMs });
    }
    case 'webhook':
      return createWebhookChannel({ ...channel, templates, deadlineMs });
    case 'file':
      return createFileChannel({ ...channel, clock, logger });
  }
}
