import type { Secret } from '../base/secret.js';
import { channelDown, type PhoneChannel } from './channel.js';
import { DeliveryFailure } from './failure.js';
import { post } from './post.js';
import { SettingsFailure } from './settings-failure.js';
import type { Templates } from './templates.js';
import { readWebhookBody, usualBodies, type WebhookFormat } from './webhook-body.js';

export interface WebhookDeps {
  readonly url: string;
  /** The value of the Authorization header. */
  readonly authorization?: Secret | undefined;
  readonly headers?: ReadonlyMap<string, Secret>;
  readonly format: WebhookFormat;
  /** The template of the body, see readWebhookBody. Defaults to `to`, `code` and `text`. */
  readonly body?: string | undefined;
  readonly templates: Templates;
  readonly deadlineMs?: number;
  readonly maxConcurrent?: number;
}

const contentTypes: Readonly<Record<WebhookFormat, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
};

const usualWaitMs = 60_000;

/**
 * Returns a channel for codes through an HTTP service of the administrator. 2xx: accepted. 400 and
 * 422: this number is rejected. 429: rate limit, with Retry-After. Anything else: the service is
 * down or misconfigured. Throws SettingsFailure for an invalid body.
 */
export function createWebhookChannel(deps: WebhookDeps): PhoneChannel {
  const {
    url,
    authorization,
    headers = new Map<string, Secret>(),
    format,
    body = usualBodies[format],
    templates,
  } = deps;
  const { deadlineMs = 10_000, maxConcurrent = 20 } = deps;
  const bodyOf = readWebhookBody(format, body);
  const head = headOf([
    ['Content-Type', contentTypes[format]],
    ...(authorization === undefined ? [] : [['Authorization', authorization.reveal()] as const]),
    ...[...headers].map(([name, value]) => [name, value.reveal()] as const),
  ]);

  return {
    name: 'webhook',
    deadlineMs,
    maxConcurrent,

    async send(message, signal, handOver) {
      const number = message.to.reveal();
      const { status, retryAfterMs = usualWaitMs } = await post({
        url,
        headers: head,
        body: bodyOf({ number, digits: number.slice(1), code: message.code.reveal(), text: templates.code(message) }),
        signal,
        handOver,
      });
      if (status >= 200 && status < 300) return;
      throw refusal(status, retryAfterMs);
    },
  };
}

/** Headers of the connection rather than of the request. */
const reserved = /^(connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** The last of several headers with one name counts. */
function headOf(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const head = new Headers();
  for (const [name, value] of entries) {
    if (reserved.test(name)) throw new SettingsFailure({ kind: 'webhook_header_unusable', name });
    try {
      head.set(name, value);
    } catch {
      throw new SettingsFailure({ kind: 'webhook_header_unusable', name });
    }
  }
  return Object.fromEntries(head);
}

function refusal(status: number, retryAfterMs: number): DeliveryFailure {
  switch (status) {
    case 400:
    case 422:
      return new DeliveryFailure({ kind: 'address_unreachable' }, { cause: new Error(`status ${status}`) });
    case 429:
      return new DeliveryFailure({ kind: 'slow_down', retryAfterMs });
    case 401:
    case 403:
      return channelDown('credentials_refused', `status ${status}`);
    case 402:
      return channelDown('no_credit', 'status 402');
    default:
      // A proxy may have lost the reply of the service.
      return status >= 500
        ? channelDown('out_of_order', `status ${status}`, { mayHaveSent: true })
        : channelDown('settings_refused', `status ${status}`);
  }
}
