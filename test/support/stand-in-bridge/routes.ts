import type { Clock } from '../../../src/base/clock.js';
import { contactOf, errors, ok, type BridgeAnswer } from './answers.js';
import type { BridgeFailureDetails, BridgePoint } from './faults.js';
import type { StandInLogin, StandInLogins } from './logins.js';
import type { StandInProcesses } from './processes.js';
import type { Person } from './telegram-login.js';

/** A request that passed the checks of its secret and its user. */
export interface RoutedRequest {
  readonly mxid: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly fault: BridgeFailureDetails | undefined;
}

type Act = (request: RoutedRequest) => BridgeAnswer | Promise<BridgeAnswer>;

/** The handler of a request: a call of the API, or the answer that there is no such call. */
export type Route =
  { readonly point: BridgePoint; readonly act: Act } | { readonly point: undefined; readonly answer: BridgeAnswer };

interface RouterDeps {
  readonly logins: StandInLogins;
  readonly processes: StandInProcesses;
  readonly homeserver: string;
  readonly flows: readonly object[];
  readonly network: object;
  readonly maxLogins: number;
  readonly clock: Clock;
}

const groupTypes = ['group', 'supergroup', 'channel'];

/** Finds the call for a method and the segments of a path below the prefix. */
export function createRouter(deps: RouterDeps): (method: string, path: readonly string[]) => Route {
  const { logins, processes, homeserver, flows, network, maxLogins, clock } = deps;

  /** Acts with the login that `login_id` names, or with the user's first login. */
  const withLogin =
    (act: (login: StandInLogin, request: RoutedRequest) => Promise<BridgeAnswer>): Act =>
    async (request) => {
      const named = request.query.get('login_id') ?? '';
      const own = logins.of(request.mxid);
      const [, login] = own.find(([id]) => named === '' || id === named) ?? [];
      if (login) return act(login, request);
      return named === '' ? errors.notLoggedIn : errors.loginNotFound;
    };

  const meet = (login: StandInLogin, users: readonly Person[]) => {
    for (const { id } of users) login.met.add(id);
    return users.map((person) => contactOf(person, homeserver));
  };

  const whoami: Act = ({ mxid }) =>
    ok({
      network,
      login_flows: flows,
      homeserver,
      bridge_bot: `@telegrambot:${homeserver}`,
      command_prefix: '!tg',
      logins: logins.of(mxid).map(([id, login]) => whoamiLogin(id, login, Math.floor(clock.now() / 1000))),
    });

  const start = (flow: string): Act => {
    return ({ mxid, query }) => {
      if (query.get('login_id') === null && logins.of(mxid).length >= maxLogins) return errors.tooManyLogins(maxLogins);
      if (flow === 'manual' && flows.some((known) => 'id' in known && known.id === flow)) return processes.start();
      return errors.internal('Internal error creating login process', `unknown flow ID ${flow}`);
    };
  };

  const logOut = (id: string): Act => {
    return async ({ mxid }) => {
      const own = logins.of(mxid).map(([ownId]) => ownId);
      if (id !== 'all' && !own.includes(id)) return errors.loginNotFound;
      for (const ended of id === 'all' ? own : [id]) await logins.logOut(ended);
      return ok({});
    };
  };

  const find = async (login: StandInLogin, identifier: string): Promise<Person | undefined> => {
    const username = /^@?(\w*[A-Za-z_]\w*)$/.exec(identifier)?.[1];
    if (username !== undefined) return login.telegram.resolve(username);
    const words = 'must be a phone number, username, or Telegram user ID';
    if (!/^\d+$/.test(identifier)) throw new NotFound(`invalid identifier: ${JSON.stringify(identifier)} (${words})`);
    if (!login.met.has(identifier)) {
      throw new NotFound(`that identifier is not available via this login: access hash not found for ${identifier}`);
    }
    return (await login.telegram.contacts()).find(({ id }) => id === identifier);
  };

  const resolve = (identifier: string, makesRoom: boolean): Act =>
    withLogin(async (login) => {
      try {
        const person = await find(login, identifier);
        if (!person) return errors.identifierNotFound;
        const [contact] = meet(login, [person]);
        if (!makesRoom) return ok(contact);
        const isNew = !login.rooms.has(person.id);
        login.rooms.add(person.id);
        return ok({ ...contact, dm_room_mxid: `!dm${person.id}:${homeserver}` }, isNew ? 201 : 200);
      } catch (error) {
        if (!(error instanceof NotFound)) throw error;
        return errors.internal('Internal error resolving identifier', error.message);
      }
    });

  const createGroup = (type: string): Act =>
    withLogin((login, { body }) => {
      if (!isJson(body)) return Promise.resolve(errors.notJson);
      if (!groupTypes.includes(type)) return Promise.resolve(errors.unknownGroupType(type));
      const { participants = [], name } = JSON.parse(body) as { participants?: readonly string[]; name?: object };
      if (!Array.isArray(participants)) return Promise.resolve(errors.notJson);
      if (type === 'group' && participants.length === 0) return Promise.resolve(errors.tooFewMembers);
      if (name === undefined) return Promise.resolve(errors.nameRequired);
      const problem = participants.map((id) => participantProblem(login, id)).find((text) => text !== undefined);
      if (problem !== undefined) return Promise.resolve(errors.internal('Internal error creating group', problem));
      return Promise.resolve(ok({ id: 'channel:1900000001', mxid: `!group:${homeserver}` }));
    });

  const search: Act = withLogin(async (login, { body }) => {
    if (!isJson(body)) return errors.notJson;
    const { query = '' } = JSON.parse(body) as { query?: string };
    return ok({ results: meet(login, await login.telegram.search(query)) });
  });

  return (method, [first = '', second = '', third = '', fourth = '', fifth]) => {
    const calls: Readonly<Record<string, [BridgePoint, string, Act]>> = {
      whoami: ['whoami', 'GET', whoami],
      'login flows': ['flows', 'GET', () => ok({ flows })],
      'login start': ['start', 'POST', start(third)],
      'login step': [
        'step',
        'POST',
        ({ query, ...request }) =>
          processes.step({ ...request, loginId: third, stepId: fourth, type: fifth ?? '', txnId: query.get('txn_id') }),
      ],
      'login cancel': ['cancel', 'POST', () => processes.cancel(third)],
      logins: ['logins', 'GET', ({ mxid }) => ok({ login_ids: logins.of(mxid).map(([id]) => id) })],
      logout: ['logout', 'POST', logOut(second)],
      contacts: [
        'contacts',
        'GET',
        withLogin(async (login) => ok({ contacts: meet(login, await login.telegram.contacts()) })),
      ],
      search_users: ['search_users', 'POST', search],
      resolve_identifier: ['resolve_identifier', 'GET', resolve(second, false)],
      create_dm: ['create_dm', 'POST', resolve(second, true)],
      create_group: ['create_group', 'POST', createGroup(second)],
      // As a bridge on a homeserver that cannot insert older messages.
      backfill: [
        'backfill',
        'POST',
        () => errors.unsupported('Homeserver does not support batch sending historical messages'),
      ],
      image_pack:
        second === 'list'
          ? ['image_pack', 'GET', withLogin(() => Promise.resolve(ok([])))]
          : [
              'image_pack',
              method,
              withLogin((_, { query }) => Promise.resolve(errors.invalidPack(query.get('pack_url')))),
            ],
      // Newer bridges have it.
      resolve_media: ['resolve_media', 'POST', () => errors.unknownEndpoint],
    };
    const call = calls[first === 'login' ? `login ${second}` : first];
    if (!call) return { point: undefined, answer: errors.unknownEndpoint };
    const [point, expected, act] = call;
    return method === expected ? { point, act } : { point: undefined, answer: errors.wrongMethod };
  };
}

/** Why the bridge cannot make a group with this participant. */
function participantProblem({ met }: StandInLogin, id: string): string | undefined {
  const unreadable = `failed to parse user ID: strconv.ParseInt: parsing ${JSON.stringify(id)}: invalid syntax`;
  if (!/^\d+$/.test(id)) return unreadable;
  return met.has(id) ? undefined : `failed to get input user: access hash not found for ${id}`;
}

/** The bridge does not look the identifier up at Telegram; the message is its reason. */
class NotFound extends Error {}

function whoamiLogin(id: string, { telegram, state }: StandInLogin, now: number) {
  const { self } = telegram;
  // Like the bridge, it treats every login of the flow `manual` as a user's.
  const info = { is_bot: false, login_method: 'manual' };
  const { event, ...trouble } = state;
  return {
    state_event: event,
    state_ts: now,
    state_info: info,
    state: { state_event: event, timestamp: now, ttl: 21_600, source: 'bridge', ...trouble, info },
    id,
    name: self.username === '' ? self.name : self.username,
    profile: {
      ...(self.phone === '' ? {} : { phone: self.phone }),
      ...(self.username === '' ? {} : { username: self.username }),
      name: self.name,
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
