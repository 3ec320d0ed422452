import { randomId } from '../../base/random.js';
import { serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import type { Homeserver, HomeserverAnswer } from '../../matrix/homeserver.js';
import type { AccountThreepids } from '../account-threepids.js';
import type { AccountAuthority, LoginAttempt, LoginProof } from '../authority.js';
import { canonicalAddress } from '../../base/canonical-address.js';
import type { Runtime } from '../../base/runtime.js';
import { AccountFailure } from '../failure.js';
import { createFlowCache } from './flow-cache.js';
import { createHolderCache } from './holder-cache.js';
import { mapHomeserverFailure } from './map-homeserver-failure.js';
import { readFlows, readGrant, readHolder } from './read-answer.js';
import { bodyAsRead, bodyForUser } from './upstream-body.js';
import { applyWellKnownRule, type WellKnownRule } from './well-known.js';

export interface RelayAccountsDeps extends Runtime {
  readonly homeserver: Pick<Homeserver, 'loginFlows' | 'logIn' | 'whoAmI'>;
  /** Of the homeserver. Users of other servers cannot log in, and their 3PIDs resolve no login. */
  readonly serverName: ServerName;
  readonly accountThreepids: AccountThreepids;
  readonly wellKnown: WellKnownRule;
}

const flowsTtlMs = 10_000;
const holderTtlMs = 30_000;
const maxHolders = 10_000;

/**
 * Creates the accounts of the homeserver that runs beside this daemon. A login by a 3PID of an
 * account becomes a login by Matrix ID. All others are forwarded as read, and the homeserver's
 * answers are returned unchanged. Each login here is one login there.
 */
export function createRelayAccounts(deps: RelayAccountsDeps): AccountAuthority {
  const { homeserver, serverName, accountThreepids, wellKnown, clock, random, logger } = deps;
  const flows = createFlowCache({ clock, ttlMs: flowsTtlMs });
  const holders = createHolderCache({ clock, ttlMs: holderTtlMs, maxEntries: maxHolders });

  async function ownerOf(proof: LoginProof): Promise<Mxid | undefined> {
    if (proof.kind !== 'password' || proof.identifier.kind !== 'address') return undefined;
    const address = canonicalAddress(proof.identifier);
    const mxid = address && (await accountThreepids.findUser(address));
    if (mxid === undefined || serverNameOf(mxid) === serverName) return mxid;
    logger.warn('3PID of a user on another server ignored', { mxid });
    return undefined;
  }

  /**
   * Returns the homeserver's answer for the 3PID itself, whose owner only this daemon has on
   * record. The password used cannot log in.
   */
  async function answerToStranger(attempt: LoginAttempt): Promise<HomeserverAnswer> {
    const body = { ...bodyAsRead(attempt), password: randomId(random) };
    return mapHomeserverFailure(homeserver.logIn(body, attempt.clientAddress, attempt.accessToken));
  }

  return {
    async loginFlows(clientAddress) {
      return flows.get(async () => readFlows(await mapHomeserverFailure(homeserver.loginFlows(clientAddress))));
    },

    async logIn(attempt) {
      const owner = await ownerOf(attempt.proof);
      const spelled = owner === undefined ? bodyAsRead(attempt) : bodyForUser(attempt.body, owner);
      const { refresh_token: _asked, ...rest } = spelled;
      const body = attempt.wantsRefreshToken ? { ...rest, refresh_token: true } : rest;
      const answer = await mapHomeserverFailure(homeserver.logIn(body, attempt.clientAddress, attempt.accessToken));
      const isTelling = owner !== undefined && tellsOfAccount(answer);
      const grant = readGrant(isTelling ? await answerToStranger(attempt) : answer, serverName);
      return { ...grant, extra: applyWellKnownRule(grant.extra, wellKnown) };
    },

    async whoAmI(token, clientAddress) {
      // No other characters fit into a header, and no homeserver issues such tokens.
      const isToken = /^[\x21-\x7e]+$/.test(token.reveal());
      if (!isToken) throw new AccountFailure({ kind: 'token_unknown', softLogout: false });
      return holders.holderOf(token, async () =>
        readHolder(await mapHomeserverFailure(homeserver.whoAmI(token, clientAddress)), serverName),
      );
    },
  };
}

/**
 * Returns true if the homeserver rejects the account whatever the password. Then the answer would
 * reveal that the 3PID belongs to an account.
 */
function tellsOfAccount({ status, body }: HomeserverAnswer): boolean {
  return status === 429 || (status >= 400 && body['errcode'] === 'M_USER_DEACTIVATED');
}
