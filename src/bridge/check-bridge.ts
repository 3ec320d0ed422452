import { DeadlineExceeded } from '../base/deadline.js';
import type { Mxid } from '../base/mxid.js';
import { bridgeAnswer } from './bridge-answers.js';
import { readBridgeError } from './bridge-errors.js';
import { BridgeFailure } from './failure.js';
import {
  createProvisioningClient,
  findErrorCode,
  type ProvisioningAnswer,
  type ProvisioningClientDeps,
} from './provisioning-client.js';

/** What checkBridge needs. */
export interface BridgeCheckDeps extends ProvisioningClientDeps {
  /** `homeserver.domain`. */
  readonly homeserver: string;
  /**
   * The Matrix users in whose names the bridge is asked, at least one: each may log in according to
   * `bridge.permissions`.
   */
  readonly users: readonly Mxid[];
}

const quickMs = 10_000;

/**
 * Asks the bridge whether it can take logins: it is reachable, the secret is right, its network is
 * Telegram, it has the flow `manual`, and the users may log in there. Returns the problems, each as
 * sentences: what is wrong, then what to do. The bridge does not report its version.
 */
export async function checkBridge({ homeserver, users, ...deps }: BridgeCheckDeps): Promise<readonly string[]> {
  const send = createProvisioningClient(deps);
  const { address } = deps;
  const problems: string[] = [];
  let isDescribed = false;
  for (const mxid of users) {
    try {
      const answer = await send({ mxid, method: 'GET', path: ['whoami'], deadlineMs: quickMs });
      if (answer.status !== 200) throw readBridgeError(answer, 'login', [deps.sharedSecret.reveal()]);
      if (!isDescribed) problems.push(...problemsOf(answer, address, homeserver));
      isDescribed = true;
    } catch (error) {
      if (!(error instanceof BridgeFailure)) throw error;
      problems.push(explain(error, address, mxid));
      if (error.details.kind !== 'bridge_user_forbidden') break;
    }
  }
  return problems;
}

function problemsOf({ body }: ProvisioningAnswer, address: string, homeserver: string): string[] {
  const read = bridgeAnswer.safeParse(body);
  if (!read.success) return [otherProgram(address)];
  const { network, login_flows: flows, homeserver: itsHomeserver } = read.data;
  if (network.network_id !== 'telegram' && network.beeper_bridge_type !== 'telegram') {
    const name = JSON.stringify(network.displayname);
    return [`The bridge at ${address} is for the network ${name}. Set bridge.upstream.address to mautrix-telegram.`];
  }
  const problems: string[] = [];
  if (itsHomeserver !== homeserver) {
    problems.push(
      `The bridge at ${address} belongs to the homeserver ${JSON.stringify(itsHomeserver)}, and homeserver.domain is ` +
        `${JSON.stringify(homeserver)}. Set bridge.upstream.address to the bridge of this homeserver.`,
    );
  }
  if (flows.every(({ id }) => id !== 'manual')) {
    problems.push(`${tooOld(address)} Its login flow "manual" is missing.`);
  }
  return problems;
}

/** What is wrong, and what to do about it. */
function explain({ details, cause }: BridgeFailure, address: string, mxid: Mxid): string {
  switch (details.kind) {
    case 'bridge_unreachable':
      return explainUnreachable(cause, address);
    case 'bridge_secret_rejected':
      return (
        `The bridge at ${address} rejects bridge.upstream.shared_secret. Copy provisioning.shared_secret from the bridge's ` +
        'configuration.'
      );
    case 'bridge_user_forbidden':
      return (
        `The bridge at ${address} does not let ${mxid} log in, and bridge.permissions does. Set the same levels in ` +
        "bridge.permissions of the bridge's configuration."
      );
    case 'bridge_refused':
      return details.message === 'Provisioning API is disabled'
        ? `The provisioning API of the bridge at ${address} is disabled. Set provisioning.shared_secret in the bridge's configuration to ` +
            'a random text of at least 16 characters, and restart the bridge.'
        : `${otherProgram(address)} It answered: ${JSON.stringify(details.message)}.`;
    default:
      return otherProgram(address);
  }
}

function explainUnreachable(cause: unknown, address: string): string {
  const code = findErrorCode(cause);
  const todo = "Start the bridge, or set bridge.upstream.address to the listener in the bridge's appservice section.";
  if (cause instanceof DeadlineExceeded) return `The bridge at ${address} does not answer within 10 seconds. ${todo}`;
  if (code === 'ECONNREFUSED') return `No program listens at ${address} (bridge.upstream.address). ${todo}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The host name of ${address} (bridge.upstream.address) cannot be resolved. Correct it, or the DNS.`;
  }
  const reason = code ?? (cause instanceof Error ? cause.message : 'unknown reason');
  return `The bridge at ${address} cannot be reached (${reason}). ${todo}`;
}

function otherProgram(address: string): string {
  return (
    `The answer from ${address} (bridge.upstream.address) is not one of the provisioning API, version 3, of a mautrix bridge. Set it ` +
    "to the listener in the bridge's appservice section, and use mautrix-telegram v26.04 or newer."
  );
}

function tooOld(address: string): string {
  return `The bridge at ${address} cannot take logins. Update mautrix-telegram to v26.04 or newer.`;
}
