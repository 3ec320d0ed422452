import { Api, helpers } from 'telegram';
import { systemRandom } from '../../base/random.js';
import type { Authorized, EngineOperations } from '../engine-calls.js';
import { TelegramFailure } from '../failure.js';
import { followMoves, orMoved } from '../moves.js';
import { provePassword } from '../mtproto/srp.js';
import { unknownAnswer } from '../read-user.js';
import { againAfter, orPasswordNeeded, unless } from '../rpc-error.js';
import { isAuthRestart, isStalePasswordCheck } from '../rpc-failure-details.js';
import type { QuietClient } from './client.js';
import { contactOperations } from './contact-operations.js';
import { fetchHint, qrOperations } from './qr-operations.js';
import { readAuthorization, readUser } from './read-user.js';
import { askForCode, readSentCode } from './sent-code.js';

/**
 * The calls of a connection as requests to Telegram. They throw the errors of gramjs, or a
 * TelegramFailure. Their arguments and results are sent between threads, so the codec must support
 * them.
 */
export const operations: EngineOperations<QuietClient> = {
  async sendCode(client, phone) {
    const request = () =>
      client.invokeOnce(
        new Api.auth.SendCode({
          phoneNumber: phone.reveal(),
          apiId: client.apiId,
          apiHash: client.apiHash,
          settings: new Api.CodeSettings({}),
        }),
      );
    const sent = await askForCode(() => followMoves(client, () => againAfter(isAuthRestart, request)));
    if (sent instanceof Api.auth.SentCode) return readSentCode(sent);
    // auth.sentCodeSuccess would log in without a code. It requires a token of an earlier login,
    // which is never sent.
    await client.invoke(new Api.auth.LogOut());
    throw unknownAnswer('auth.sendCode', sent.className);
  },

  async resendCode(client, phone, phoneCodeHash) {
    const request = new Api.auth.ResendCode({
      phoneNumber: phone.reveal(),
      phoneCodeHash: phoneCodeHash.reveal(),
    });
    const sent = await askForCode(() => unless(['SEND_CODE_UNAVAILABLE'], () => client.invokeOnce(request)));
    if (sent === undefined) return null;
    if (sent instanceof Api.auth.SentCode) return readSentCode(sent);
    throw unknownAnswer('auth.resendCode', sent.className);
  },

  ...qrOperations,
  ...contactOperations,

  async signIn(client, phone, phoneCodeHash, secretCode, delivery) {
    const code = secretCode.reveal();
    const given =
      delivery === 'email' ? { emailVerification: new Api.EmailVerificationCode({ code }) } : { phoneCode: code };
    const request = new Api.auth.SignIn({
      phoneNumber: phone.reveal(),
      phoneCodeHash: phoneCodeHash.reveal(),
      ...given,
    });
    return orPasswordNeeded(
      () => fetchHint(client),
      () => orMoved(client, () => authorize(() => client.invoke(request))),
    );
  },

  async checkPassword(client, password) {
    const request = async () => {
      const parameters = await client.invoke(new Api.account.GetPassword());
      if (!parameters.currentAlgo) throw new TelegramFailure({ kind: 'password_not_set' });
      const check = await client.compute(() => checkOf(parameters, password.reveal()));
      return client.invoke(new Api.auth.CheckPassword({ password: check }));
    };
    return readAuthorization(await againAfter(isStalePasswordCheck, request));
  },

  async signInBot(client, token) {
    const request = new Api.auth.ImportBotAuthorization({
      flags: 0,
      apiId: client.apiId,
      apiHash: client.apiHash,
      botAuthToken: token.reveal(),
    });
    return orMoved(client, () => authorize(() => client.invokeOnce(request)));
  },

  async getMe(client) {
    const [user] = await client.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }));
    return readUser(user);
  },

  async logOut(client) {
    await client.invoke(new Api.auth.LogOut());
  },
};

async function checkOf(parameters: Api.account.Password, password: string): Promise<Api.InputCheckPasswordSRP> {
  const { currentAlgo: algorithm, srp_B: publicB = Buffer.alloc(0), srpId } = parameters;
  if (!(algorithm instanceof Api.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow)) {
    throw unknownAnswer('account.getPassword', algorithm?.className ?? 'none');
  }
  const { p: prime, g: generator, salt1, salt2 } = algorithm;
  const { publicA, proof } = await provePassword(password, { prime, generator, salt1, salt2, publicB }, systemRandom);
  return new Api.InputCheckPasswordSRP({ srpId: srpId ?? helpers.returnBigInt(0), A: publicA, M1: proof });
}

async function authorize(request: () => Promise<Api.auth.TypeAuthorization>): Promise<Authorized> {
  return { kind: 'authorized', user: readAuthorization(await request()) };
}
