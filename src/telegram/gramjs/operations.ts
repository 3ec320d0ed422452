import { Api, helpers } from 'telegram';
import { systemRandom } from '../../base/random.js';
import { TelegramFailure } from '../failure.js';
import type { QuietClient } from './client.js';
import { contactOperations } from './contact-operations.js';
import { followMoves, orMoved } from './moves.js';
import { provePassword } from './mtproto/srp.js';
import type { CallName, Calls, PlainSignInResult } from './protocol.js';
import { orPasswordNeeded, qrOperations } from './qr-operations.js';
import { readAuthorization, readUser, unknownAnswer } from './read-user.js';
import { readRpcError, unless } from './rpc-failure.js';
import { isAuthRestart, isStalePasswordCheck } from './rpc-faults.js';
import { askForCode, readSentCode } from './sent-code.js';

type OperationName = Exclude<CallName, 'connect' | 'destroy' | 'ping'>;

/**
 * The calls of a connection as requests to Telegram. They throw the errors of gramjs, or a
 * TelegramFailure.
 */
export const operations: {
  readonly [N in OperationName]: (client: QuietClient, args: Calls[N]['args']) => Promise<Calls[N]['result']>;
} = {
  async sendCode(client, { phone }) {
    const request = () =>
      client.invokeOnce(
        new Api.auth.SendCode({
          phoneNumber: phone,
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

  async resendCode(client, { phone, phoneCodeHash }) {
    const request = new Api.auth.ResendCode({ phoneNumber: phone, phoneCodeHash });
    const sent = await askForCode(() => unless(['SEND_CODE_UNAVAILABLE'], () => client.invokeOnce(request)));
    if (sent === undefined) return null;
    if (sent instanceof Api.auth.SentCode) return readSentCode(sent);
    throw unknownAnswer('auth.resendCode', sent.className);
  },

  ...qrOperations,
  ...contactOperations,

  async signIn(client, { phone, phoneCodeHash, code, delivery }) {
    const given =
      delivery === 'email' ? { emailVerification: new Api.EmailVerificationCode({ code }) } : { phoneCode: code };
    const request = new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash, ...given });
    return orPasswordNeeded(client, () => orMoved(client, () => authorize(() => client.invoke(request))));
  },

  async checkPassword(client, { password }) {
    const request = async () => {
      const parameters = await client.invoke(new Api.account.GetPassword());
      if (!parameters.currentAlgo) throw new TelegramFailure({ kind: 'password_not_set' });
      const check = await client.compute(() => checkOf(parameters, password));
      return client.invoke(new Api.auth.CheckPassword({ password: check }));
    };
    return readAuthorization(await againAfter(isStalePasswordCheck, request));
  },

  async signInBot(client, { token }) {
    const request = new Api.auth.ImportBotAuthorization({
      flags: 0,
      apiId: client.apiId,
      apiHash: client.apiHash,
      botAuthToken: token,
    });
    return orMoved(client, () => authorize(() => client.invokeOnce(request)));
  },

  async getMe(client) {
    const [user] = await client.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }));
    return readUser(user);
  },

  async logOut(client) {
    await client.invoke(new Api.auth.LogOut());
    return null;
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

async function authorize(
  request: () => Promise<Api.auth.TypeAuthorization>,
): Promise<Extract<PlainSignInResult, { kind: 'authorized' }>> {
  return { kind: 'authorized', user: readAuthorization(await request()) };
}

async function againAfter<T>(isWorthIt: (name: string) => boolean, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const rpcError = readRpcError(error);
    if (rpcError === undefined || !isWorthIt(rpcError.name)) throw error;
    return request();
  }
}
