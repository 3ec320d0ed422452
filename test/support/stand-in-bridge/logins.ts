import type { KnownSandbox } from '../mtcute-on-sandbox.js';
import { continueSession, type TelegramLogin } from './telegram-login.js';

/** A login that the bridge has. */
export interface StandInLogin {
  readonly mxid: string;
  readonly session: string;
  telegram: TelegramLogin;
  /** The `state` in whoami; the test may change it. */
  state: { event: string; error?: string; message?: string };
  /** Users with whom a chat can be opened, because an answer contained them. */
  readonly met: Set<string>;
  /** Users whose chats have rooms. */
  readonly rooms: Set<string>;
}

/** The logins of a bridge, by Telegram user ID. */
export interface StandInLogins {
  readonly all: ReadonlyMap<string, StandInLogin>;
  of(mxid: string): [id: string, login: StandInLogin][];
  /**
   * Continues the session, and adds the login to the user. An existing login of the same account
   * ends, whichever user has it. The connection with the same key is closed first.
   */
  add(mxid: string, session: string): Promise<{ id: string; name: string }>;
  logOut(id: string): Promise<void>;
  /** Closes the connections and opens them again, as a restart does. */
  reconnect(): Promise<void>;
  close(): Promise<void>;
}

export function createStandInLogins(sandbox: KnownSandbox): StandInLogins {
  const all = new Map<string, StandInLogin>();

  return {
    all,
    of: (mxid) => [...all].filter(([, login]) => login.mxid === mxid),
    async add(mxid, session) {
      const sameKey = [...all.values()].find((login) => session.includes(login.telegram.authKey));
      await sameKey?.telegram.close();
      const telegram = await continueSession(sandbox, session);
      const { id, username, name } = telegram.self;
      const former = all.get(id);
      if (former !== sameKey) await former?.telegram.close();
      all.set(id, { mxid, session, telegram, state: { event: 'CONNECTED' }, met: new Set(), rooms: new Set() });
      return { id, name: username === '' ? name : username };
    },
    async logOut(id) {
      const login = all.get(id);
      all.delete(id);
      // The bridge ignores Telegram's answer.
      await login?.telegram.logOut().catch(() => undefined);
    },
    async reconnect() {
      for (const login of all.values()) {
        await login.telegram.close();
        login.telegram = await continueSession(sandbox, login.session);
      }
    },
    async close() {
      await Promise.all([...all.values()].map(({ telegram }) => telegram.close()));
    },
  };
}
