import { canonicalAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Clock } from '../../base/clock.js';
import type { Mxid, ServerName } from '../../base/mxid.js';
import type { Homeserver, HomeserverAnswer } from '../../matrix/homeserver.js';
import type { AccountThreepids } from '../account-threepids.js';
import type {
  AccountAddress,
  AccountAddresses,
  AddressRemoval,
  Caller,
  ProofSession,
  RequestBody,
  TokenCaller,
  UnbindResult,
} from '../threepids/account-addresses.js';
import { ignoreUnbindFailure } from '../threepids/ignore-unbind-failure.js';
import { readIdServer } from '../threepids/id-server.js';
import type { OwnAddresses } from '../threepids/own-addresses.js';
import type { ProofSessions } from '../threepids/proof-sessions.js';
import type { Publications } from '../threepids/publications.js';
import type { UpstreamProofs } from '../threepids/upstream-proofs.js';
import { wrongCode } from '../threepids/wrong-code.js';
import { AccountFailure } from '../failure.js';
import { mapHomeserverFailure } from './map-homeserver-failure.js';
import {
  isUnrecognized,
  readAddresses,
  readChallenge,
  readReply,
  readTicket,
  readUnbindResult,
  requireUserOf,
} from './read-answer.js';
import { createUpstreamAuthentication } from './upstream-authentication.js';
import { bodyOfSession, removalBody, tokenBody } from './upstream-body.js';

export interface RelayAddressesDeps {
  readonly homeserver: Pick<
    Homeserver,
    'listAddresses' | 'requestAddressToken' | 'submitPhoneToken' | 'changeAddresses' | 'authenticate'
  >;
  /** Of the homeserver. Nothing is stored for users of other servers. */
  readonly serverName: ServerName;
  readonly addresses: OwnAddresses;
  readonly proofs: ProofSessions;
  readonly upstreamProofs: UpstreamProofs;
  readonly accountThreepids: AccountThreepids;
  /**
   * The 3PIDs of all users of the homeserver, or undefined if this daemon has no admin access
   * token.
   */
  readonly homeserverThreepids: AccountThreepids | undefined;
  readonly publications: Publications;
  /** Whether users may change the 3PIDs stored here. The homeserver decides about its own. */
  readonly mayChange: boolean;
  readonly clock: Clock;
}

const addOperation = { method: 'POST', path: '/_matrix/client/v3/account/3pid/add' } as const;

/**
 * Creates the 3PIDs of the homeserver's accounts: those stored there, and those stored here because
 * the homeserver cannot validate them. Requests about its own and about unknown 3PIDs are forwarded
 * to it, and its answers are returned unchanged.
 */
export function createRelayAddresses(deps: RelayAddressesDeps): AccountAddresses {
  const {
    homeserver,
    serverName,
    addresses: own,
    proofs,
    upstreamProofs,
    accountThreepids,
    homeserverThreepids,
    publications,
  } = deps;
  const authentication = createUpstreamAuthentication(deps);

  const requireOurUser = <C extends TokenCaller>(caller: C): C => {
    requireUserOf(serverName, caller.mxid);
    return caller;
  };

  const requireChanges = (): void => {
    if (!deps.mayChange) throw new AccountFailure({ kind: 'address_changes_disabled' });
  };

  async function listUpstream(caller: Caller): Promise<readonly AccountAddress[]> {
    const answer = await mapHomeserverFailure(homeserver.listAddresses(caller));
    return isUnrecognized(answer) ? [] : readAddresses(answer);
  }

  /**
   * Returns true if the 3PID belongs to an account here and the homeserver does not have it.
   * Ignores the account of `mxid`.
   */
  async function isTaken(address: ThirdPartyAddress | undefined, mxid: Mxid): Promise<boolean> {
    const owner = address && (await accountThreepids.findUser(address));
    return owner !== undefined && owner !== mxid;
  }

  /** Adds a 3PID validated here, unless the homeserver has it. */
  async function addHere(mxid: Mxid, session: ProofSession): Promise<void> {
    const address = homeserverThreepids && (await proofs.findProven(session));
    const isThere = address && (await homeserverThreepids.findUser(address)) !== undefined;
    if (isThere) throw new AccountFailure({ kind: 'address_in_use' });
    await own.add(mxid, session);
  }

  /**
   * Adds a 3PID at the homeserver if it was not validated here. Returns false if the homeserver
   * supports no such request.
   */
  async function addUpstream(
    operation: 'add' | 'post',
    caller: Caller,
    session: ProofSession,
    body: RequestBody,
  ): Promise<boolean> {
    if (await proofs.isOurs(session)) return false;
    const isInUse = await isTaken(await upstreamProofs.findAddress(session), caller.mxid);
    if (isInUse) throw new AccountFailure({ kind: 'address_in_use' });
    const answer = await mapHomeserverFailure(homeserver.changeAddresses(operation, body, caller));
    if (isUnrecognized(answer)) return false;
    const challenge = readChallenge(answer);
    if (challenge) throw new AccountFailure({ kind: 'authentication_incomplete', body: challenge });
    readReply(answer);
    return true;
  }

  /**
   * `isThere`: whether the homeserver has the 3PID. If there is nothing to remove, it may not
   * support removal at all.
   */
  async function removeUpstream(caller: Caller, removal: AddressRemoval, isThere: boolean): Promise<UnbindResult> {
    const { id_server: _idServer, ...withoutServer } = removalBody(removal);
    // The binding at our own service is deleted here, and the homeserver may be unable to reach us.
    const body = isOurs(removal) ? withoutServer : removalBody(removal);
    const answer = await mapHomeserverFailure(homeserver.changeAddresses('delete', body, caller));
    return isUnrecognized(answer) && !isThere ? 'no-support' : readUnbindResult(answer);
  }

  async function unbindUpstream(caller: Caller, removal: AddressRemoval): Promise<UnbindResult> {
    const answer = await mapHomeserverFailure(homeserver.changeAddresses('unbind', removalBody(removal), caller));
    return isUnrecognized(answer) ? 'no-support' : readUnbindResult(answer);
  }

  /** Deletes the bindings made by this daemon, at its own service and elsewhere. */
  async function unbindHere({ mxid }: Caller, removal: AddressRemoval): Promise<UnbindResult> {
    const address = canonicalAddress(removal);
    return address ? publications.unbind(mxid, address, removal.idServer) : 'no-support';
  }

  const requireIdServer = ({ idServer }: AddressRemoval): void => {
    if (idServer !== undefined) readIdServer(idServer);
  };

  const isOurs = ({ idServer }: AddressRemoval) => idServer !== undefined && publications.isOurs(idServer);

  return {
    // The homeserver decides about most media.
    admit: () => undefined,
    admitToken: () => Promise.resolve(),

    async list(caller) {
      requireOurUser(caller);
      const theirs = await listUpstream(caller);
      const ours = await own.list(caller.mxid);
      return [...theirs, ...ours.filter((address) => !has(theirs, address))];
    },

    listStored: (mxid) => own.list(mxid),

    async findPending(mxid, session) {
      const address = await upstreamProofs.findAddress(session);
      return address ? { ...address, isValidated: undefined } : proofs.findPending(mxid, session);
    },

    async requestToken(request) {
      const { medium, caller, clientAddress, clientSecret } = request;
      if (caller) requireOurUser(caller);
      const address = canonicalAddress(request);
      if (!address) throw unreadable(medium);
      // Unauthenticated callers get the homeserver's answer, so that the reply reveals nothing. The
      // owner of the 3PID gets the error when adding it.
      if (caller && (await isTaken(address, caller.mxid))) return proofs.requestToken(request);
      const body = tokenBody(request, address);
      const answer = await mapHomeserverFailure(
        homeserver.requestAddressToken(medium, body, clientAddress, caller?.accessToken),
      );
      if (cannotProve(answer)) {
        requireChanges();
        return proofs.requestToken(request);
      }
      const ticket = readTicket(answer);
      await upstreamProofs.note({ sid: ticket.sid, clientSecret }, address);
      return ticket;
    },

    async submitCode(session, code, { client, clientAddress }) {
      if (!(await upstreamProofs.findAddress(session))) return proofs.submitCode(session, code, client);
      const body = { sid: session.sid, client_secret: session.clientSecret, token: code.reveal() };
      const answer = readReply(await mapHomeserverFailure(homeserver.submitPhoneToken(body, clientAddress)));
      if (answer['success'] !== true) throw wrongCode();
    },

    async add(caller, session, auth, body) {
      requireOurUser(caller);
      if (await addUpstream('add', caller, session, body)) return;
      requireChanges();
      const params = { client_secret: session.clientSecret, sid: session.sid };
      await authentication.authenticate(caller, { ...addOperation, owner: caller.mxid, params }, auth);
      await addHere(caller.mxid, session);
    },

    async addWithoutAuthentication(caller, session, body) {
      requireOurUser(caller);
      if (await addUpstream('post', caller, session, bodyOfSession(body, session))) return;
      requireChanges();
      await addHere(caller.mxid, session);
    },

    async remove(caller, removal) {
      const { mxid } = requireOurUser(caller);
      requireIdServer(removal);
      const address = canonicalAddress(removal);
      const isHere = address !== undefined && has(await own.list(mxid), address);
      if (isHere) requireChanges();
      const isThere = address !== undefined && has(await listUpstream(caller), address);
      const isOnlyHere = isHere && !isThere;
      // Removed there first: if the homeserver rejects it, nothing changes here.
      const removed = isOnlyHere ? 'no-support' : await removeUpstream(caller, removal, isThere);
      const unbound =
        isOnlyHere && !isOurs(removal) ? await ignoreUnbindFailure(unbindUpstream(caller, removal)) : removed;
      const withdrawn = await ignoreUnbindFailure(unbindHere(caller, removal));
      if (isHere) await own.remove(mxid, address);
      return isOurs(removal) ? withdrawn : eitherOf(withdrawn, unbound);
    },

    async bind(caller, session, server, body) {
      const { mxid } = requireOurUser(caller);
      if (publications.isOurs(server.idServer)) return publications.bind(mxid, session, server);
      const answer = await mapHomeserverFailure(homeserver.changeAddresses('bind', body, caller));
      if (isUnrecognized(answer)) return publications.bind(mxid, session, server);
      readReply(answer);
    },

    async unbind(caller, removal) {
      requireOurUser(caller);
      requireIdServer(removal);
      const withdrawn = await unbindHere(caller, removal);
      // If one server is named and has deleted the binding, the homeserver need not unbind again.
      const isOver = isOurs(removal) || (removal.idServer !== undefined && withdrawn === 'success');
      return isOver ? withdrawn : eitherOf(withdrawn, await unbindUpstream(caller, removal));
    },
  };
}

function unreadable(medium: 'email' | 'msisdn'): AccountFailure {
  return medium === 'email'
    ? new AccountFailure({ kind: 'parameter_invalid', name: 'email', problem: 'It must be an e-mail address.' })
    : new AccountFailure({ kind: 'parameter_invalid', name: 'phone_number', problem: 'It must be a phone number.' });
}

/**
 * Returns true if the homeserver can never validate such 3PIDs. A mere rejection is another matter.
 */
function cannotProve(answer: HomeserverAnswer): boolean {
  const isUnsupported = answer.status === 400 && answer.body['errcode'] === 'M_THREEPID_MEDIUM_NOT_SUPPORTED';
  return isUnsupported || isUnrecognized(answer);
}

function has(addresses: readonly ThirdPartyAddress[], { medium, address }: ThirdPartyAddress): boolean {
  return addresses.some((one) => {
    const canonical = canonicalAddress(one) ?? one;
    return canonical.medium === medium && canonical.address === address;
  });
}

// If no server is named, each side unbinds from the servers that it has on record. A side without
// records returns `no-support`.
function eitherOf(one: UnbindResult, other: UnbindResult): UnbindResult {
  return one === 'success' ? one : other;
}
