import { Api, helpers } from 'telegram';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { Logger, LogLevel } from 'telegram/extensions/Logger.js';
import { doAuthentication } from 'telegram/network/Authenticator.js';
import { MTProtoPlainSender } from 'telegram/network/MTProtoPlainSender.js';
import { computeCheck } from 'telegram/Password.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { sentGroup, sentPublicB } from '../../../../src/sandbox/crypto/sent-group.js';
import { makeChallenge, makeVerifier } from '../../../../src/sandbox/crypto/srp.js';
import { passwordLies, type Lie } from '../../../../src/sandbox/lies.js';
import { provePassword, type SrpParameters } from '../../../../src/telegram/mtproto/srp.js';
import { readPublicKey } from '../../../../src/telegram/public-key.js';
import { createLyingServers, toldLies, type ToldLie } from '../../../support/lying-server.js';
import { untrustedChecks } from '../../../support/untrusted-checks.js';

let servers: Awaited<ReturnType<typeof createLyingServers>>;
let fingerprint = '';

beforeAll(async () => {
  servers = await createLyingServers();
  const key = readPublicKey(servers.serverKey.publicPem);
  fingerprint = key.fingerprint;
  const modulus = helpers.readBigIntFromBuffer(Buffer.from(key.modulus), false);
  _serverKeys.set(fingerprint, { n: modulus, e: key.exponent });
});
afterAll(() => _serverKeys.delete(fingerprint));

/** The lies after which gramjs sends its next request, or has a key. */
const accepted: ReadonlySet<Lie> = new Set<Lie>([
  'plain_message_id',
  'plain_length',
  'plain_long',
  'pq_zero',
  'pq_large',
  'pq_not_product',
  'dh_padding',
  'dh_inner_hash',
  'dh_generator',
  'dh_generator_residue',
  'dh_prime_composite',
  'dh_prime_unsafe',
  'dh_prime_short',
  'dh_public_zero',
  'dh_public_one',
  'dh_public_minus_one',
  'dh_public_small',
  'dh_public_large',
  'srp_b_one',
  'srp_b_small',
  'srp_b_large',
]);

const verdictOn = (lie: Lie) => (accepted.has(lie) ? 'accepts' : 'refuses');
// gramjs refuses the first answer if it is cut off, but then reads no list of fingerprints
// correctly in this process.
const lies = toldLies
  .filter(({ lie, step }) => !(lie === 'plain_cut' && step === 'req_pq_multi'))
  .map((told) => ({ ...told, verdict: verdictOn(told.lie) }));

describe('gramjs without the key exchange of Gangway', () => {
  it.each(lies)('$verdict the lie $lie in the answer to $step', async ({ verdict, ...told }) => {
    expect(await exchangeKey(told)).toBe(verdict);
  });
});

async function exchangeKey(told: ToldLie): Promise<'accepts' | 'refuses'> {
  for (;;) {
    const server = servers.create(told);
    const log = new Logger(LogLevel.NONE);
    const hasKey = await doAuthentication(new MTProtoPlainSender(server, log), log).then(
      () => true,
      () => false,
    );
    if (hasKey || server.steps.at(-1) !== told.step) return 'accepts';
    // gramjs leaves out leading zeros of a key, so one exchange in 256 fails without a lie.
    if (!server.keys.some((key) => key[0] === 0)) return 'refuses';
  }
}

describe('the password check of gramjs', () => {
  const password = 'correct horse';

  it.each(passwordLies.map((lie) => ({ lie, verdict: verdictOn(lie) })))(
    '$verdict the lie $lie, which Gangway refuses',
    async ({ lie, verdict }) => {
      const { group } = servers;
      const [salt1, salt2] = [systemRandom.bytes(40), systemRandom.bytes(16)];
      const challenge = makeChallenge(group, makeVerifier(group, password, salt1, salt2), systemRandom.bytes(256));
      const { generator, primeBytes } = sentGroup(group, lie);
      const publicB = sentPublicB(group, challenge, lie);
      const check = computeCheck(accountPassword({ salt1, salt2, generator, prime: primeBytes, publicB }), password);
      const outcome = await check.then(
        () => 'accepts',
        () => 'refuses',
      );
      expect(outcome).toBe(verdict);
      const proof = provePassword(password, { prime: primeBytes, generator, salt1, salt2, publicB }, systemRandom);
      await expect(proof).rejects.toMatchObject({ check: untrustedChecks[lie] });
    },
  );
});

function accountPassword({ salt1, salt2, generator, prime, publicB }: SrpBuffers): Api.account.Password {
  const algorithm = { salt1, salt2, g: generator, p: prime };
  const newAlgo = new Api.PasswordKdfAlgoUnknown();
  return new Api.account.Password({
    currentAlgo: new Api.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(algorithm),
    srp_B: publicB,
    srpId: helpers.returnBigInt(1),
    newAlgo,
    newSecureAlgo: new Api.SecurePasswordKdfAlgoUnknown(),
    secureRandom: Buffer.alloc(0),
  });
}

type SrpBuffers = { readonly [Name in keyof SrpParameters]: SrpParameters[Name] extends number ? number : Buffer };
