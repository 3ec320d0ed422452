import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import { randomId, type Random } from '../../base/random.js';
import type { Secret } from '../../base/secret.js';
import type { Database, Transaction } from '../../database/database.js';
import { readIdServer } from '../threepids/id-server.js';
import type { PasswordProof, PasswordProofs } from '../threepids/password-proofs.js';
import type { Publications } from '../threepids/publications.js';
import type { AccountCredentials, PasswordChange } from '../credentials.js';
import { AccountFailure } from '../failure.js';
import type { RevocationEvent, Revoker } from '../revocation.js';
import type { UserInteractiveAuth } from '../uia/user-interactive-auth.js';
import { createLoginGuard } from './login-guard.js';
import type { PasswordHasher } from './password-hasher.js';
import { proofStages, readProof } from './threepid-stage.js';

export interface EmbeddedCredentialsDeps {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly revoker: Revoker;
  readonly userInteractiveAuth: Pick<UserInteractiveAuth, 'authenticate'>;
  readonly proofs: PasswordProofs;
  readonly publications: Pick<Publications, 'unbindAll'>;
  readonly clock: Clock;
  readonly random: Random;
}

const passwordPath = '/_matrix/client/v3/account/password';
const deactivatePath = '/_matrix/client/v3/account/deactivate';

/** Creates the passwords of embedded accounts, and their deactivation. */
export function createEmbeddedCredentials(deps: EmbeddedCredentialsDeps): AccountCredentials {
  const { database, hasher, revoker, proofs, publications, clock, random } = deps;
  const guard = createLoginGuard(deps);

  async function setPassword(tx: Transaction, mxid: Mxid, hash: Secret, change: PasswordChange): Promise<void> {
    const account = await tx.accounts.hold(mxid);
    if (account?.deactivatedAt !== undefined) throw new AccountFailure({ kind: 'user_deactivated' });
    await tx.accounts.setPasswordHash(mxid, hash);
    const events: RevocationEvent[] = change.logsOut ? ['change_password', 'log_out'] : ['change_password'];
    await revoker.revoke(tx, { mxid, events, at: clock.now(), keptDeviceId: change.caller?.deviceId });
  }

  const offered = () => proofs.media().map((medium) => [proofStages[medium]]);

  /** The client must validate a 3PID first. That needs no UIA session, so none is stored. */
  function askForProof(flows: readonly (readonly string[])[], error: string | undefined): AccountFailure {
    const trouble = error === undefined ? {} : { errcode: 'M_UNAUTHORIZED', error };
    const stages = flows.map((flow) => ({ stages: flow }));
    const body = { ...trouble, flows: stages, params: {}, session: randomId(random), completed: [] };
    return new AccountFailure({ kind: 'authentication_incomplete', body });
  }

  /**
   * Changes the password by a validated 3PID: of the caller's account if there is a caller, else of
   * any account.
   */
  async function changeByProof(change: PasswordChange, proof: PasswordProof, flows: readonly (readonly string[])[]) {
    const refusal = () => askForProof(flows, 'No address of the account was validated in this session');
    const mxid = await proofs.findUser(proof);
    if (mxid === undefined || (change.caller && change.caller.mxid !== mxid)) throw refusal();
    const hash = await hasher.hash(change.newPassword);
    if (!(await proofs.use(proof, mxid, (tx) => setPassword(tx, mxid, hash, change)))) throw refusal();
  }

  return {
    admitToken: (medium, client) => proofs.admitToken(medium, client),

    requestToken: (request) => proofs.requestToken(request),

    async changePassword(change) {
      const { caller, newPassword, logsOut, auth } = change;
      const problem = hasher.problemOf(newPassword);
      if (problem !== undefined) throw new AccountFailure({ kind: 'parameter_invalid', name: 'new_password', problem });
      const flows = caller ? [['m.login.password'], ...offered()] : offered();
      const proof = readProof(auth, flows);
      if (proof) return changeByProof(change, proof, flows);
      if (!caller && flows.length === 0) throw new AccountFailure({ kind: 'token_missing' });
      if (!caller) throw askForProof(flows, undefined);
      const { mxid } = caller;
      // Excludes the new password, because a fast hash of the operation is stored.
      const operation = { method: 'POST', path: passwordPath, params: { logout_devices: logsOut } };
      const requireUnchanged = await guard.authenticate(caller, operation, auth, flows);
      const hash = await hasher.hash(newPassword);
      await database.transaction(async (tx) => {
        await requireUnchanged(tx);
        await setPassword(tx, mxid, hash, change);
      });
    },

    async deactivate(caller, auth, named) {
      const { mxid } = caller;
      const idServer = named === undefined ? undefined : readIdServer(named);
      const operation = { method: 'POST', path: deactivatePath, params: {} };
      const requireUnchanged = await guard.authenticate(caller, operation, auth);
      const result = await publications.unbindAll(mxid, idServer);
      await database.transaction(async (tx) => {
        const account = await revoker.holdAll(tx, mxid);
        if (account?.deactivatedAt !== undefined) return;
        await requireUnchanged(tx);
        await revoker.revoke(tx, { mxid, events: ['deactivate'], at: clock.now() });
      });
      return result;
    },
  };
}
