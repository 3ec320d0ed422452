import { canonicalAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import type { AccountAddresses, AddressRemoval, Caller, ProofSession } from '../threepids/account-addresses.js';
import { readIdServer } from '../threepids/id-server.js';
import { ignoreUnbindFailure } from '../threepids/ignore-unbind-failure.js';
import type { OwnAddresses } from '../threepids/own-addresses.js';
import type { ProofSessions } from '../threepids/proof-sessions.js';
import type { Publications } from '../threepids/publications.js';
import { AccountFailure } from '../failure.js';
import type { LoginGuard } from './login-guard.js';

export interface EmbeddedAddressesDeps {
  readonly proofs: ProofSessions;
  readonly addresses: OwnAddresses;
  readonly publications: Publications;
  readonly guard: LoginGuard;
  /** Whether users may change the 3PIDs of their accounts. */
  readonly mayChange: boolean;
}

/** Creates the 3PIDs of embedded accounts. */
export function createEmbeddedAddresses(deps: EmbeddedAddressesDeps): AccountAddresses {
  const { proofs, addresses, publications, guard } = deps;

  const requireChanges = () => {
    if (!deps.mayChange) throw new AccountFailure({ kind: 'address_changes_disabled' });
  };

  return {
    admit: requireChanges,

    async admitToken(medium, client) {
      requireChanges();
      await proofs.admitToken(medium, client);
    },

    list: ({ mxid }) => addresses.list(mxid),
    listStored: (mxid) => addresses.list(mxid),
    findPending: (mxid, session) => proofs.findPending(mxid, session),

    async requestToken(request) {
      requireChanges();
      return proofs.requestToken(request);
    },

    submitCode: (session, code, { client }) => proofs.submitCode(session, code, client),

    async add(caller, session, auth) {
      requireChanges();
      const requireUnchanged = await guard.authenticate(caller, addOperation(session), auth);
      await addresses.add(caller.mxid, session, requireUnchanged);
    },

    async addWithoutAuthentication({ mxid }, session) {
      requireChanges();
      await addresses.add(mxid, session);
    },

    async remove({ mxid }, removal) {
      requireChanges();
      const { address, idServer } = readRemoval(removal);
      // The binding that a Telegram login made is deleted with the 3PID, in the same transaction.
      return ignoreUnbindFailure(publications.unbind(mxid, address, idServer, () => addresses.remove(mxid, address)));
    },

    bind: ({ mxid }, session, server) => publications.bind(mxid, session, server),

    async unbind({ mxid }: Caller, removal) {
      const { address, idServer } = readRemoval(removal);
      return publications.unbind(mxid, address, idServer);
    },
  };
}

/** The same operation under each path prefix. */
function addOperation({ sid, clientSecret }: ProofSession) {
  const params = { sid, client_secret: clientSecret };
  return { method: 'POST', path: '/_matrix/client/v3/account/3pid/add', params } as const;
}

function readRemoval({ medium, address: typed, idServer }: AddressRemoval) {
  const address: ThirdPartyAddress | undefined = canonicalAddress({ medium, address: typed });
  if (!address) {
    throw new AccountFailure({
      kind: 'parameter_invalid',
      name: 'address',
      problem: 'Must be an e-mail address or a phone number.',
    });
  }
  return { address, idServer: idServer === undefined ? undefined : readIdServer(idServer) };
}
