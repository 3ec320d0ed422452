import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Group } from '../crypto/group.js';
import { checkProof, makeChallenge, makeVerifier, type SrpChallenge, type SrpVerifier } from '../crypto/srp.js';
import { RpcRefusal } from '../rpc/refusal.js';
import type { Account } from './accounts.js';
import { magicLimits, magicPasswords } from './magic.js';

/** A question for a password: what account.getPassword shows of it. */
export interface PasswordChallenge {
  readonly srpId: bigint;
  readonly publicB: Buffer;
  readonly mask: Buffer;
  readonly salt1: Buffer;
  readonly salt2: Buffer;
  readonly hint: string | undefined;
}

/**
 * The cloud passwords of the accounts, checked by SRP; a challenge serves once, on the auth key
 * that asked for it.
 */
export interface Passwords {
  /**
   * Returns whether the account requires a password at sign-in. One of kind `password_removed` has
   * none any more when the client asks for it.
   */
  has(account: Account): boolean;
  /** Returns a new challenge; undefined for accounts without a password. */
  challenge(keyName: string, account: Account): PasswordChallenge | undefined;
  /** Returns if the password is correct. After five wrong ones in a row the account must wait. */
  check(keyName: string, account: Account, proof: { srpId: bigint; A: Buffer; M1: Buffer }): void;
  clear(): void;
}

type PasswordKind = keyof typeof magicPasswords;

interface Asked {
  readonly keyName: string;
  readonly accountId: bigint;
  readonly challenge: SrpChallenge;
}

export function createPasswords(deps: {
  readonly clock: Clock;
  readonly random: Random;
  readonly group: Group;
}): Passwords {
  const { clock, random, group } = deps;
  const asked = new Map<bigint, Asked>();
  const wrong = new Map<bigint, number>();
  const waits = new Map<bigint, number>();
  // One verifier for all accounts of a kind: hashing takes 40 ms, and 200 logins may come at once.
  const verifiers = new Map<PasswordKind, SrpVerifier>();

  function verifierOf(kind: PasswordKind): SrpVerifier {
    const known = verifiers.get(kind);
    if (known) return known;
    const made = makeVerifier(group, magicPasswords[kind].password, random.bytes(40), random.bytes(16));
    verifiers.set(kind, made);
    return made;
  }

  function checkWait(account: Account): void {
    const seconds = Math.ceil(((waits.get(account.id) ?? 0) - clock.now()) / 1000);
    if (seconds > 0) throw new RpcRefusal(420, `FLOOD_WAIT_${seconds}`);
  }

  function countWrong(account: Account): never {
    const count = (wrong.get(account.id) ?? 0) + 1;
    wrong.set(account.id, count % magicLimits.wrongPasswords);
    if (count >= magicLimits.wrongPasswords) {
      waits.set(account.id, clock.now() + 1000 * magicLimits.passwordFloodSeconds);
    }
    throw new RpcRefusal(400, 'PASSWORD_HASH_INVALID');
  }

  return {
    has: (account) => kindOf(account) !== undefined || account.kind === 'password_removed',
    challenge(keyName, account) {
      const kind = kindOf(account);
      if (!kind) return undefined;
      const verifier = verifierOf(kind);
      const challenge = makeChallenge(group, verifier, random.bytes(256));
      const srpId = random.bytes(8).readBigInt64LE();
      asked.set(srpId, { keyName, accountId: account.id, challenge });
      const { salt1, salt2 } = verifier;
      return { srpId, publicB: challenge.publicB, mask: challenge.mask, salt1, salt2, hint: magicPasswords[kind].hint };
    },
    check(keyName, account, { srpId, A, M1 }) {
      if (account.kind === 'password_removed') throw new RpcRefusal(400, 'PASSWORD_MISSING');
      const kind = kindOf(account);
      const question = asked.get(srpId);
      checkWait(account);
      if (!kind || question?.keyName !== keyName || question.accountId !== account.id) {
        throw new RpcRefusal(400, 'SRP_ID_INVALID');
      }
      asked.delete(srpId);
      const verdict = checkProof(group, verifierOf(kind), question.challenge, { A, M1 });
      if (verdict === 'bad_a') throw new RpcRefusal(400, 'SRP_A_INVALID');
      if (verdict === 'wrong') countWrong(account);
      wrong.delete(account.id);
    },
    clear() {
      asked.clear();
      wrong.clear();
      waits.clear();
    },
  };
}

function kindOf({ kind }: Account): PasswordKind | undefined {
  return kind === 'password' || kind === 'awkward_password' ? kind : undefined;
}
