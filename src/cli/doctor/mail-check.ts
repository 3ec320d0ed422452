import { openMessenger } from '../../app/messenger.js';
import type { Runtime } from '../../base/runtime.js';
import type { Config } from '../../config/config.js';
import type { ChannelProblem } from '../../delivery/channel.js';
import { checkSmtp } from '../../delivery/check-smtp.js';
import { SettingsFailure } from '../../delivery/settings-failure.js';
import { explainSettings } from '../explain-identity.js';
import type { Check, Finding } from './check.js';

type Channel = Config['delivery']['email'][number];

/** Loads the templates, and connects to each mail server without sending a message. */
export function mailCheck({ delivery }: Config, { clock, logger }: Runtime): Check {
  return {
    name: 'mail',
    run: async () => {
      try {
        (await openMessenger(delivery, { service: 'Gangway', reportUrl: undefined, clock, logger })).close();
      } catch (error) {
        if (!(error instanceof SettingsFailure)) throw error;
        return [{ status: 'failed', message: explainSettings(error.details) }];
      }
      return Promise.all(delivery.email.map((channel) => check(channel, delivery.deadlineMs)));
    },
  };
}

async function check(channel: Channel, deadlineMs: number): Promise<Finding> {
  if (channel.type === 'file') {
    const message = `Mails are written to ${channel.path} and not delivered.`;
    return { status: 'warning', message, advice: 'Configure a channel of type smtp, unless this is a test.' };
  }
  const server = `${channel.host}:${channel.port}`;
  const found = await checkSmtp({ ...channel, deadlineMs: Math.min(deadlineMs, 15_000) });
  if (found === undefined) {
    const auth = channel.credentials ? ' and the credentials' : '';
    return { status: 'ok', message: `The mail server ${server} accepts connections${auth}.` };
  }
  return { status: 'failed', message: `The mail server ${server}: ${found.detail}.`, advice: advice[found.problem] };
}

const advice: Readonly<Record<ChannelProblem, string>> = {
  no_credit: 'Check the account at the provider.',
  credentials_refused: 'Check user and password of the channel in delivery.email.',
  settings_refused: 'Check security, port and certificate_authorities of the channel in delivery.email.',
  no_connection: 'Check host and port of the channel in delivery.email, and the firewall.',
  no_answer:
    'Check host, port and security of the channel in delivery.email: TLS on a port without it does not answer.',
  answer_unfit: 'Check the port of the channel in delivery.email: another service answers there.',
  out_of_order: 'The mail server reports a failure. See its log.',
};
