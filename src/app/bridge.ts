import type { HandOverAnswers } from '../api/provisioning/hand-over.js';
import { createHttpBridge } from '../bridge/http-bridge.js';
import type { Config } from '../config/config.js';
import type { HandOverService } from '../hand-over/hand-overs.js';
import { createHandOvers } from '../hand-over/service.js';
import { leaveSession } from '../login/owned-logins.js';
import type { BridgeParts } from '../login/service.js';
import { writeMautrixSession } from '../telegram/formats/mautrix.js';
import type { ConnectionPool } from '../telegram/pool.js';
import type { AccountRuntime } from './accounts.js';
import { exportedSession } from './sessions.js';

/** The bridge, the hand-overs to it, and the replies about them. */
export interface ComposedBridge extends BridgeParts {
  readonly handOvers: HandOverService;
  readonly answers: HandOverAnswers;
}

/** Returns the bridge in the configuration, or undefined if there is none. */
export function composeBridge(
  config: Config,
  pool: ConnectionPool,
  runtime: AccountRuntime,
): ComposedBridge | undefined {
  const { upstream } = config.bridge;
  if (upstream === undefined) return undefined;
  const bridge = createHttpBridge({ ...upstream, clock: runtime.clock });
  const handOvers = createHandOvers({
    ...runtime,
    bridge,
    isAutomatic: upstream.handOver === 'automatic',
    toBridgeSession: (session) => writeMautrixSession(exportedSession(session, config)),
    closeConnection: (accountId) => pool.ensureClosed(accountId),
    leaveSession,
  });
  const { waitMs } = upstream;
  return { bridge, handOvers, answers: { handOvers, isOffered: upstream.handOver !== 'off', waitMs } };
}
