import { Secret } from '../../src/base/secret.js';
import type { TelegramConnection, TelegramGateway } from '../../src/telegram/gateway.js';

/** A number of the fake whose code begins with a zero, unlike all its default numbers. */
export const zeroCodeAccount = { phone: '+9996620777', code: '02222' } as const;

/** The gateway, with zeroCodeAccount in it. */
export function withZeroCode(gateway: TelegramGateway): TelegramGateway {
  return {
    connect: async (session) => wrapped(await gateway.connect(session)),
    close: () => gateway.close(),
  };
}

function wrapped(connection: TelegramConnection): TelegramConnection {
  return {
    get session() {
      return connection.session;
    },
    sendCode: (phone) => connection.sendCode(phone),
    resendCode: (phone, phoneCodeHash) => connection.resendCode(phone, phoneCodeHash),
    exportLoginToken: () => connection.exportLoginToken(),
    importLoginToken: (token, keep) => connection.importLoginToken(token, keep),
    loginTokenNews: (signal) => connection.loginTokenNews(signal),
    contacts: () => connection.contacts(),
    chats: () => connection.chats(),
    findByUsername: (username) => connection.findByUsername(username),
    findByPhone: (phone) => connection.findByPhone(phone),
    searchUsers: (query) => connection.searchUsers(query),
    signIn(phone, phoneCodeHash, code, keep) {
      if (phone.reveal() !== zeroCodeAccount.phone) return connection.signIn(phone, phoneCodeHash, code, keep);
      const translated = code.reveal() === zeroCodeAccount.code ? '22222' : '00000';
      return connection.signIn(phone, phoneCodeHash, new Secret(translated), keep);
    },
    checkPassword: (password) => connection.checkPassword(password),
    signInBot: (token, keep) => connection.signInBot(token, keep),
    getMe: () => connection.getMe(),
    logOut: () => connection.logOut(),
    destroy: () => connection.destroy(),
  };
}
