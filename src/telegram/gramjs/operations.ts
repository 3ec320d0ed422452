import { Api } from 'telegram';
import { computeCheck } from 'telegram/Password.js';
import { TelegramFailure } from '../failure.js';
import type { QuietClient } from './client.js';
import type { CallName, Calls, PlainUser } from './protocol.js';
import { readRpcError } from './rpc-failure.js';
import { isAuthRestart, isStalePasswordCheck } from './rpc-faults.js';
import { readSentCode } from './sent-code.js';

type OperationName = Exclude<CallName, 'connect' | 'destroy' | 'ping'>;

/** The calls of a connection as requests to Telegram; they throw what gramjs throws, or a TelegramFailure. */
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
    const sent = await againAfter(isAuthRestart, request);
    if (sent instanceof Api.auth.SentCode) return readSentCode(sent);
    // auth.sentCodeSuccess would log in without a code, which only a token of an earlier login earns, and none is ever sent.
    await client.invoke(new Api.auth.LogOut());
    throw unknownAnswer('auth.sendCode', sent.className);
  },

  async signIn(client, { phone, phoneCodeHash, code }) {
    try {
      const request = new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash, phoneCode: code });
      return { kind: 'authorized', user: readAuthorization(await client.invoke(request)) };
    } catch (error) {
      if (readRpcError(error)?.name !== 'SESSION_PASSWORD_NEEDED') throw error;
    }
    const password = await client.invoke(new Api.account.GetPassword());
    return { kind: 'password_needed', hint: password.hint ?? null };
  },

  async checkPassword(client, { password }) {
    const request = async () => {
      const parameters = await client.invoke(new Api.account.GetPassword());
      if (parameters.currentAlgo === undefined) throw unknownAnswer('account.getPassword', 'no password');
      const check = await client.compute(() => computeCheck(parameters, password));
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
    return readAuthorization(await client.invokeOnce(request));
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

async function againAfter<T>(isWorthIt: (name: string) => boolean, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    const rpcError = readRpcError(error);
    if (rpcError === undefined || !isWorthIt(rpcError.name)) throw error;
    return request();
  }
}

function readAuthorization(authorization: Api.auth.TypeAuthorization): PlainUser {
  if (authorization instanceof Api.auth.Authorization) return readUser(authorization.user);
  throw new TelegramFailure({ kind: 'phone_number_unoccupied' });
}

function readUser(user: Api.TypeUser | undefined): PlainUser {
  if (!(user instanceof Api.User)) throw unknownAnswer('a request for a user', user?.className ?? 'nothing');
  // Who has bought a username has a list of them, of which the first active one is shown.
  const username = user.username ?? user.usernames?.find((one) => one.active)?.username;
  return {
    id: user.id.toString(),
    username: orNull(username),
    firstName: orNull(user.firstName),
    lastName: orNull(user.lastName),
    phone: orNull(user.phone),
    isBot: user.bot === true,
  };
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function unknownAnswer(to: string, answer: string): TelegramFailure {
  return new TelegramFailure({ kind: 'unknown_error' }, { cause: new Error(`Telegram answered ${to} with ${answer}`) });
}
