import { sentGroup, sentPublicB } from '../crypto/sent-group.js';
import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { bytesOf, longOf, objectOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import type { Account } from '../world/accounts.js';
import type { World } from '../world/world.js';
import { logIn } from './login.js';

/** account.getPassword and auth.checkPassword (core.telegram.org/api/srp). */
export function createPasswordService({ passwords, group, random }: World): RpcService {
  return {
    'account.getPassword': {
      access: 'anyone',
      run(context) {
        const challenge = passwords.challenge(context.device.keyName, loadClaimant(context));
        const { generator, primeBytes } = sentGroup(group, context.lie);
        const algorithm = (salt1: Buffer, salt2: Buffer): TlObject => ({
          _: 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow',
          salt1,
          salt2,
          g: generator,
          p: primeBytes,
        });
        return {
          _: 'account.password',
          has_password: challenge !== undefined,
          current_algo: challenge && algorithm(challenge.salt1, challenge.salt2),
          srp_B: challenge && sentPublicB(group, challenge, context.lie),
          srp_id: challenge?.srpId,
          hint: challenge?.hint,
          new_algo: algorithm(random.bytes(8), random.bytes(16)),
          new_secure_algo: { _: 'securePasswordKdfAlgoPBKDF2HMACSHA512iter100000', salt: random.bytes(8) },
          secure_random: random.bytes(256),
        };
      },
    },
    'auth.checkPassword': {
      access: 'anyone',
      run(context, request) {
        const account = loadClaimant(context);
        const proof = objectOf(request, 'password');
        if (proof._ !== 'inputCheckPasswordSRP') throw new RpcRefusal(400, 'PASSWORD_HASH_INVALID');
        const srpId = longOf(proof, 'srp_id');
        passwords.check(context.device.keyName, account, { srpId, A: bytesOf(proof, 'A'), M1: bytesOf(proof, 'M1') });
        return logIn(context, account);
      },
    },
  };
}

// The account whose code was entered, or the logged-in account that asks about its own password.
function loadClaimant({ device }: RpcContext): Account {
  const account = device.awaitingPassword ?? device.account;
  if (!account) throw new RpcRefusal(401, device.revokedAs ?? 'AUTH_KEY_UNREGISTERED');
  return account;
}
