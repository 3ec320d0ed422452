import { Long, type tl } from '@mtcute/core';
import { systemRandom } from '../../base/random.js';
import { TelegramFailure } from '../failure.js';
import type { Authorized, EngineOperations } from '../engine-calls.js';
import { followMoves, orMoved } from '../moves.js';
import { provePassword } from '../mtproto/srp.js';
import { unknownAnswer } from '../read-user.js';
import { isAuthRestart, isStalePasswordCheck } from '../rpc-failure-details.js';
import { againAfter, orPasswordNeeded, unless } from '../rpc-error.js';
import type { Client } from './client.js';
import { contactOperations } from './contact-operations.js';
import { fetchHint, qrOperations } from './qr-operations.js';
import { readAuthorization, readUser } from './read-user.js';
import { askForCode, readSentCode } from './sent-code.js';

/** The calls of a connection as requests to Telegram. */
export const operations: EngineOperations<Client> = {
  ...contactOperations,
  ...qrOperations,

  async sendCode({ session, apiId, apiHash }, phone) {
    const request = () =>
      session.invoke({
        _: 'auth.sendCode',
        phoneNumber: phone.reveal(),
        apiId,
        apiHash,
        settings: { _: 'codeSettings' },
      });
    const sent = await askForCode(() => followMoves(session, () => againAfter(isAuthRestart, request)));
    if (sent._ !== 'auth.sentCodeSuccess') return readSentCode(sent);
    // auth.sentCodeSuccess would log in without a code. It requires a token of an earlier login,
    // which is never sent.
    await session.invoke({ _: 'auth.logOut' });
    throw unknownAnswer('auth.sendCode', sent._);
  },

  async resendCode({ session }, phone, phoneCodeHash) {
    const request = () =>
      session.invoke({
        _: 'auth.resendCode',
        phoneNumber: phone.reveal(),
        phoneCodeHash: phoneCodeHash.reveal(),
      });
    const sent = await askForCode(() => unless(['SEND_CODE_UNAVAILABLE'], request));
    if (sent === undefined) return null;
    if (sent._ !== 'auth.sentCodeSuccess') return readSentCode(sent);
    throw unknownAnswer('auth.resendCode', sent._);
  },

  async signIn({ session }, phone, phoneCodeHash, secretCode, delivery) {
    const code = secretCode.reveal();
    const given =
      delivery === 'email' ? { emailVerification: { _: 'emailVerificationCode', code } as const } : { phoneCode: code };
    const request = { _: 'auth.signIn', phoneNumber: phone.reveal(), phoneCodeHash: phoneCodeHash.reveal() } as const;
    return orPasswordNeeded(
      () => fetchHint(session),
      () => orMoved(session, () => authorize(() => session.query({ ...request, ...given }))),
    );
  },

  async checkPassword({ session }, password) {
    const request = async () => {
      const parameters = await session.query({ _: 'account.getPassword' });
      if (parameters.currentAlgo === undefined) throw new TelegramFailure({ kind: 'password_not_set' });
      const check = await session.compute(() => checkOf(parameters, password.reveal()));
      return session.query({ _: 'auth.checkPassword', password: check });
    };
    return readAuthorization(await againAfter(isStalePasswordCheck, request));
  },

  signInBot({ session, apiId, apiHash }, token) {
    const request = {
      _: 'auth.importBotAuthorization',
      flags: 0,
      apiId,
      apiHash,
      botAuthToken: token.reveal(),
    } as const;
    return orMoved(session, () => authorize(() => session.invoke(request)));
  },

  async getMe({ session }) {
    const [user] = await session.query({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] });
    return readUser(user);
  },

  async logOut({ session }) {
    await session.query({ _: 'auth.logOut' });
  },
};

async function checkOf(parameters: tl.account.RawPassword, password: string): Promise<tl.RawInputCheckPasswordSRP> {
  const { currentAlgo: algorithm, srpB: publicB = new Uint8Array(), srpId } = parameters;
  if (algorithm?._ !== 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow') {
    throw unknownAnswer('account.getPassword', algorithm?._ ?? 'none');
  }
  const { p: prime, g: generator, salt1, salt2 } = algorithm;
  const { publicA, proof } = await provePassword(password, { prime, generator, salt1, salt2, publicB }, systemRandom);
  return { _: 'inputCheckPasswordSRP', srpId: srpId ?? Long.ZERO, A: publicA, M1: proof };
}

async function authorize(request: () => Promise<tl.auth.TypeAuthorization>): Promise<Authorized> {
  return { kind: 'authorized', user: readAuthorization(await request()) };
}
