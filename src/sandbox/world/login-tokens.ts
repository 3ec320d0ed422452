import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import { RpcRefusal } from '../rpc/refusal.js';
import type { Account } from './accounts.js';
import { magicLimits } from './magic.js';

/** A QR login that was offered to a client. */
export interface LoginToken {
  readonly token: Buffer;
  readonly keyName: string;
  readonly dc: number;
  expiresAt: number;
  /** Accounts that the client has already, by user ID. */
  readonly exceptIds: readonly bigint[];
  acceptedBy: Account | undefined;
}

/** The QR logins under way (core.telegram.org/api/qr-login). */
export interface LoginTokens {
  offer(client: Pick<LoginToken, 'keyName' | 'dc' | 'exceptIds'>): LoginToken;
  /** Returns the token that an account has accepted for this key. */
  acceptedFor(keyName: string): LoginToken | undefined;
  /**
   * Throws AUTH_TOKEN_INVALIDX, AUTH_TOKEN_EXPIRED, AUTH_TOKEN_ALREADY_ACCEPTED or
   * AUTH_TOKEN_EXCEPTION.
   */
  accept(token: Uint8Array, account: Account): LoginToken;
  /** Returns the accepted token, for a client that was sent to another data centre with it. */
  find(token: Uint8Array): LoginToken;
  spend(token: LoginToken): void;
  clear(): void;
}

export function createLoginTokens({ clock, random }: { readonly clock: Clock; readonly random: Random }): LoginTokens {
  const tokens = new Map<string, LoginToken>();
  const nameOf = (token: Uint8Array) => Buffer.from(token).toString('hex');

  function load(token: Uint8Array): LoginToken {
    const found = tokens.get(nameOf(token));
    if (!found) throw new RpcRefusal(400, 'AUTH_TOKEN_INVALIDX');
    if (clock.now() >= found.expiresAt) throw new RpcRefusal(400, 'AUTH_TOKEN_EXPIRED');
    return found;
  }

  return {
    offer(client) {
      for (const [name, old] of tokens) if (clock.now() >= old.expiresAt) tokens.delete(name);
      const expiresAt = clock.now() + magicLimits.loginTokenLifeMs;
      const offered: LoginToken = { ...client, token: random.bytes(32), expiresAt, acceptedBy: undefined };
      tokens.set(nameOf(offered.token), offered);
      return offered;
    },
    acceptedFor: (keyName) => [...tokens.values()].find((token) => token.keyName === keyName && token.acceptedBy),
    accept(token, account) {
      const found = load(token);
      if (found.acceptedBy) throw new RpcRefusal(400, 'AUTH_TOKEN_ALREADY_ACCEPTED');
      if (found.exceptIds.includes(account.id)) throw new RpcRefusal(400, 'AUTH_TOKEN_EXCEPTION');
      found.acceptedBy = account;
      // The client may not have been listening, and ask again only when the token that it shows is
      // over.
      found.expiresAt = clock.now() + 2 * magicLimits.loginTokenLifeMs;
      return found;
    },
    find: load,
    spend: ({ token }) => void tokens.delete(nameOf(token)),
    clear: () => tokens.clear(),
  };
}
