import { setTimeout as delay } from 'node:timers/promises';
import { flows, type Person } from './login-flows.js';
import type { Chance } from './chance.js';
import type { RunRecord } from './record.js';
import type { Requests } from './requests.js';
import type { World } from './world.js';

/** A user who logs in and out at random, and what must be true of the user. */
export interface VirtualUser {
  readonly person: Person;
  /** Whether the user is logged in, according to the answers so far. */
  readonly isLoggedIn: () => boolean;
  /** Does one thing. */
  readonly act: () => Promise<void>;
}

const maxAttempts = 8;
const longestPauseMs = 400;

export interface VirtualUserDeps {
  readonly world: World;
  readonly requests: Requests;
  readonly chance: Chance;
  readonly record: RunRecord;
}

export function createVirtualUser(person: Person, deps: VirtualUserDeps): VirtualUser {
  const { world, requests, chance, record } = deps;
  const { mxid } = person;
  let loggedIn = false;

  const getMe = () => requests.send('GET', `/${mxid}/get_me`);

  async function logIn(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const [name, flow] = chance.oneOf([...flows]);
      const outcome = await flow(person, { requests, sandbox: world.sandbox, chance });
      if (outcome.kind === 'complete') {
        record.count(`logins: ${name}`);
        loggedIn = true;
        return;
      }
      // The answer that completed the login may have been lost.
      const { status } = await getMe();
      if (status === 200) {
        if (outcome.kind === 'abandoned') record.violate(`${mxid}: logged in by an abandoned login, ${name}`);
        record.count(`logins whose last answer was lost: ${name}`);
        loggedIn = true;
        return;
      }
      if (outcome.kind === 'abandoned') {
        record.count(`logins abandoned: ${name}`);
        return;
      }
      record.count(`logins begun again: ${outcome.reason}`);
      if (attempt === maxAttempts) {
        record.violate(`${mxid}: no login in ${maxAttempts} attempts, at last ${outcome.reason} by ${name}`);
        return;
      }
    }
  }

  async function logOut(): Promise<void> {
    const path = chance.happens(0.5) ? `/v3/logout/all?user_id=${mxid}` : `/v1/user/${mxid}/logout`;
    const answer = await requests.send('POST', path, {});
    // An earlier attempt whose answer was lost may have logged out.
    if (![200, 403, 404].includes(answer.status)) record.violate(`${mxid}: logout ${answer.status} ${answer.text}`);
    record.count('logouts');
    loggedIn = false;
  }

  async function check(): Promise<void> {
    const { status, text } = await getMe();
    const expected = loggedIn ? 200 : 403;
    if (status !== expected) record.violate(`${mxid}: get_me ${status} instead of ${expected}: ${text.slice(0, 200)}`);
    record.count('checks with get_me');
  }

  /** Telegram ends the sessions, as a user does in another app. */
  async function revoke(): Promise<void> {
    const account = chance.happens(0.5) ? 'SESSION_REVOKED' : 'AUTH_KEY_UNREGISTERED';
    for (const name of [person.phone, person.botToken]) world.sandbox.control.revokeSessions(name, account);
    loggedIn = false;
    record.count('sessions revoked at Telegram');
    await check();
  }

  return {
    person,
    isLoggedIn: () => loggedIn,
    async act() {
      await delay(chance.below(longestPauseMs));
      if (!loggedIn) return chance.happens(0.1) ? check() : logIn();
      const dice = chance.next();
      if (dice < 0.4) return check();
      // The bridge holds the sessions that were handed over, and reports nothing of this kind.
      if (dice < 0.5 && !world.bridge) return revoke();
      return logOut();
    },
  };
}
