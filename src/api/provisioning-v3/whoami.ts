import { z } from 'zod';
import type { Mxid } from '../../base/mxid.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { TelegramAccount } from '../../login/accounts.js';
import { handOverReason, handOverStatus, heldBy, sessionFields } from '../provisioning/hand-over.js';
import { phoneStatus, describePhoneStatus } from '../provisioning/phone-proofs.js';
import { fullName } from '../provisioning/telegram-person.js';
import { readCaller, userIdParameter } from './caller.js';
import type { EndpointDeps } from './deps.js';
import { errorShapes } from './error-shapes.js';
import { flows, flowShape } from './flows.js';
import { remoteName } from './remote-name.js';

const stateEvent = z.string().meta({ examples: ['CONNECTED', 'TRANSIENT_DISCONNECT', 'BAD_CREDENTIALS'] });

const loginShape = z.looseObject({
  state_event: stateEvent.meta({ description: 'Deprecated: see `state`.' }),
  state_ts: z.number().meta({ description: 'Deprecated: see `state`.' }),
  state: z.looseObject({
    state_event: stateEvent,
    timestamp: z.number().meta({ description: 'The time of this state, in seconds since 1970.' }),
    error: z.string().optional(),
    message: z.string().optional(),
  }),
  id: z.string().meta({ description: "The Telegram user ID, which is the login's ID." }),
  name: z.string(),
  profile: z.looseObject({
    phone: z.string().optional().meta({ description: 'With the leading plus sign.' }),
    username: z.string().optional(),
    name: z.string().optional(),
  }),
  space_room: z.string().optional().meta({ description: "The bridge's space room for the login." }),
  'gangway.add_phone': phoneStatus,
  'gangway.hand_over': handOverStatus,
  'gangway.hand_over_reason': handOverReason,
  'gangway.held_by': heldBy,
});

const whoamiShape = z.object({
  network: z.object({
    displayname: z.string(),
    network_url: z.string(),
    network_icon: z.string(),
    network_id: z.string(),
    beeper_bridge_type: z.string(),
  }),
  login_flows: z.array(flowShape),
  homeserver: z.string().meta({ description: 'The server name of the homeserver.' }),
  bridge_bot: z
    .string()
    .meta({ description: 'The command prefix of the bridge; empty without a bridge and while it is unreachable.' }),
  command_prefix: z
    .string()
    .meta({ description: 'The bot of the bridge; empty without a bridge and while it is unreachable.' }),
  management_room: z.string().optional().meta({ description: "The user's management room with the bridge bot." }),
  logins: z.array(loginShape),
});

/** The values of mautrix-telegram. Clients require an icon. */
const network = {
  displayname: 'Telegram',
  network_url: 'https://telegram.org/',
  network_icon: 'mxc://maunium.net/tJCRmUyJDsgRNgqhOgoiHWbX',
  network_id: 'telegram',
  beeper_bridge_type: 'telegram',
};

const conditions = {
  connected: { state_event: 'CONNECTED' },
  trouble: { state_event: 'TRANSIENT_DISCONNECT', error: 'tg-unknown-error' },
  ended: { state_event: 'BAD_CREDENTIALS', error: 'tg-no-auth' },
} as const;
const bridgeDown = {
  state_event: 'TRANSIENT_DISCONNECT',
  error: 'gangway-bridge-unreachable',
  message: 'The bridge is unreachable at the moment',
} as const;

/** GET /whoami */
export const whoami = defineEndpoint(
  {
    name: 'whoami',
    method: 'GET',
    path: '/whoami',
    params: {},
    query: { user_id: userIdParameter },
    access: 'authenticated',
    summary: "Get the login flows and the user's logins",
    description:
      'Requests the state of every login from Telegram each time. A login that Telegram has ended is shown ' +
      'once as `BAD_CREDENTIALS` and then removed. A login at the bridge is shown as the bridge shows it, ' +
      'including logins that were made there.',
    replies: { 200: { description: 'The network and the logins', schema: whoamiShape } },
    errors: errorShapes('whoami'),
  },
  (deps: EndpointDeps) => {
    const { login, serverName, clock } = deps;
    return {
      async handler(request) {
        const caller = readCaller(request, deps);
        const { accounts, bridge } = await login.listAccounts(caller);
        const { managementRoom } = bridge ?? {};
        const timestamp = Math.floor(clock.now() / 1000);
        return reply(200, {
          network,
          login_flows: flows,
          homeserver: serverName,
          bridge_bot: bridge?.bridgeBot ?? '',
          command_prefix: bridge?.commandPrefix ?? '',
          ...(managementRoom === undefined ? {} : { management_room: managementRoom }),
          logins: await Promise.all(accounts.map((account) => wireLogin(deps, caller, account, timestamp))),
        });
      },
    };
  },
);

type WireLogin = z.input<typeof loginShape>;

async function wireLogin(
  { phoneProofs, handOver }: EndpointDeps,
  owner: Mxid,
  account: TelegramAccount,
  timestamp: number,
): Promise<WireLogin> {
  const { user, condition, bridge } = account;
  return {
    // The bridge's clients read this format.
    ...((bridge?.asWritten ?? asOurs(account, timestamp)) as WireLogin),
    ...(condition === 'ended' ? {} : await describePhoneStatus('gangway.add_phone', phoneProofs, owner, user)),
    ...(await sessionFields('gangway.', handOver, owner, account)),
  };
}

function asOurs({ user, condition, heldBy: holder }: TelegramAccount, timestamp: number): WireLogin {
  const state = { ...(holder === 'bridge' && condition === 'trouble' ? bridgeDown : conditions[condition]), timestamp };
  const name = fullName(user);
  return {
    state_event: state.state_event,
    state_ts: timestamp,
    state,
    id: user.id,
    name: remoteName(user),
    profile: {
      ...(user.phone === null ? {} : { phone: user.phone.reveal() }),
      ...(user.username === null ? {} : { username: user.username }),
      ...(name === null ? {} : { name }),
    },
  };
}
