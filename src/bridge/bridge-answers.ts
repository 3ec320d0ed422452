import { z } from 'zod';
import type {
  BridgeChat,
  BridgeContact,
  BridgeLogin,
  BridgeLoginState,
  BridgeUser,
  HandOverProcess,
} from './bridge.js';

/** A member that the bridge omits, or answers as "" or null, if it has no value. */
const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === '' || text === null ? undefined : text));

const endedEvents: readonly string[] = ['BAD_CREDENTIALS', 'LOGGED_OUT'];
/** The empty event means that the bridge has no state of the login yet. */
const workingEvents: readonly string[] = ['', 'STARTING', 'CONNECTING', 'BACKFILLING', 'RUNNING', 'CONNECTED'];

const stateInfo = z.object({ is_bot: z.boolean().optional(), login_method: optionalText }).nullish();

const state = z.object({
  state_event: z.string(),
  timestamp: z.number().nullish(),
  error: optionalText,
  message: optionalText,
  info: stateInfo,
});

const members = z.record(z.string(), z.unknown());

const readLogin = z
  .object({
    id: z.string().min(1),
    name: z.string(),
    profile: z.object({ phone: optionalText, username: optionalText, name: optionalText }).nullish(),
    state,
    /** Older bridges have these members here, newer ones in `state.info`. */
    state_info: stateInfo,
    space_room: optionalText,
    asWritten: members,
  })
  .transform((answer): BridgeLogin => ({
    id: answer.id,
    name: answer.name,
    profile: answer.profile ?? {},
    isBot: readIsBot(answer.state.info ?? answer.state_info, answer.profile ?? {}),
    state: readState(answer.state),
    spaceRoom: answer.space_room,
    asWritten: answer.asWritten,
  }));

const login = members.transform((asWritten) => ({ ...asWritten, asWritten })).pipe(readLogin);

/**
 * Undefined if the answer has too little. The bridge takes every login of the flow `manual` for one
 * of a user, and has no state of a login after its own start: then the profile decides. Every user
 * has a phone number, and no bot has one.
 */
function readIsBot(
  info: z.output<typeof stateInfo>,
  { phone, username }: { readonly phone?: string | undefined; readonly username?: string | undefined },
): boolean | undefined {
  const isKnown = info?.is_bot === true || info?.login_method !== 'manual';
  if (isKnown && info?.is_bot !== undefined) return info.is_bot;
  if (phone !== undefined) return false;
  return username !== undefined && /bot$/i.test(username) ? true : undefined;
}

function readState({ state_event: event, timestamp, error, message }: z.output<typeof state>): BridgeLoginState {
  const condition = endedEvents.includes(event) ? 'ended' : workingEvents.includes(event) ? 'working' : 'trouble';
  return { condition, event, timestamp: timestamp ?? 0, error, message };
}

/** The answer of `whoami`. */
export const whoamiAnswer = z
  .object({
    bridge_bot: z.string(),
    command_prefix: z.string(),
    management_room: optionalText,
    logins: z.array(login).nullable(),
  })
  .transform((answer): BridgeUser => ({
    bridgeBot: answer.bridge_bot,
    commandPrefix: answer.command_prefix,
    managementRoom: answer.management_room,
    logins: answer.logins ?? [],
  }));

/** The part of `whoami` that describes the bridge itself. */
export const bridgeAnswer = z.object({
  network: z.object({ displayname: z.string(), network_id: z.string(), beeper_bridge_type: z.string() }),
  login_flows: z.array(z.object({ id: z.string() })),
  homeserver: z.string(),
});

/** The ID of the step of the flow `manual`, and of its only field. */
const manualStepId = 'fi.mau.telegram.login.manual_session';

/** The answer of `login/start/manual`. */
export const startAnswer = z
  .object({
    login_id: z.string().min(1),
    type: z.literal('user_input'),
    step_id: z.literal(manualStepId),
    txn_id: optionalText,
  })
  .transform((answer): HandOverProcess => ({
    loginId: answer.login_id,
    stepId: answer.step_id,
    transactionId: answer.txn_id,
  }));

/** The answer of the last step of a login process: the ID of the login. */
export const completeAnswer = z
  .object({ type: z.literal('complete'), complete: z.object({ user_login_id: z.string().min(1) }) })
  .transform(({ complete }) => complete.user_login_id);

const contactMembers = z.object({
  id: z.string().min(1),
  name: optionalText,
  avatar_url: optionalText,
  identifiers: z.array(z.string()).nullish(),
  mxid: optionalText,
  dm_room_mxid: optionalText,
});

/** A user as `resolve_identifier` and the lists have it. */
export const contactAnswer = contactMembers.transform((answer): BridgeContact => ({
  id: answer.id,
  name: answer.name,
  identifiers: answer.identifiers ?? undefined,
  mxid: answer.mxid,
  avatarUrl: answer.avatar_url,
  dmRoom: answer.dm_room_mxid,
}));

/** The answer of `create_dm`; status 201 if the room is new. */
export function readChat(status: number, contact: BridgeContact): BridgeChat {
  return { ...contact, isNew: status === 201 };
}

/** The answer of `create_group`. */
export const groupAnswer = z.looseObject({ id: z.string().min(1), mxid: z.string().min(1) });

/** The answer of `contacts`. */
export const contactsAnswer = z
  .object({ contacts: z.array(contactAnswer).nullable() })
  .transform(({ contacts }) => contacts ?? []);

/** The answer of `search_users`. */
export const resultsAnswer = z
  .object({ results: z.array(contactAnswer).nullable() })
  .transform(({ results }) => results ?? []);

/** A list, as the client returns it. */
export const listAnswer = z.object({ list: z.array(members) }).transform(({ list }) => list);
