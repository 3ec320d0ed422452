import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { loginCodeOf, type Account } from './accounts.js';
import { magicLimits } from './magic.js';

/** How a login code travels. */
export type CodeWay = 'app' | 'sms' | 'email' | 'word' | 'phrase' | 'fragment';

/**
 * A login code that was sent: to the other apps of the account first, by SMS when asked again,
 * unless the account has a way of its own.
 */
export interface SentCode {
  readonly hash: string;
  readonly way: CodeWay;
}

/** A code as auth.signIn brings it back. */
export interface GivenCode {
  readonly code: string;
  /** Whether it came as email_verification. */
  readonly asEmail: boolean;
}

/**
 * The login codes under way. A code is good on the auth key that asked for it only, and the newest
 * code only.
 */
export interface Codes {
  send(keyName: string, account: Account): SentCode;
  /**
   * Throws PHONE_CODE_EXPIRED if there is no such code, SEND_CODE_UNAVAILABLE if no other way is
   * left.
   */
  resend(keyName: string, phone: string, hash: string): SentCode;
  cancel(keyName: string, phone: string, hash: string): void;
  /**
   * Returns if the code is correct. It stays valid, so that a repeated request gets the same answer
   * if the first was lost.
   */
  enter(keyName: string, account: Account, hash: string, given: GivenCode): void;
  /** Deletes the codes of a key. */
  delete(keyName: string): void;
  clear(): void;
}

interface Entry {
  readonly hash: string;
  readonly expiresAt: number;
  way: CodeWay;
  tries: number;
}

const ownWays: Readonly<Partial<Record<Account['kind'], CodeWay>>> = {
  email_code: 'email',
  word_code: 'word',
  phrase_code: 'phrase',
  fragment_code: 'fragment',
};

export function createCodes({ clock, random }: { readonly clock: Clock; readonly random: Random }): Codes {
  const entries = new Map<string, Entry>();
  const keyOf = (keyName: string, phone: string) => `${keyName} ${phone}`;

  function find(keyName: string, phone: string, hash: string): Entry {
    const entry = entries.get(keyOf(keyName, phone));
    const isGood = entry?.hash === hash && clock.now() < entry.expiresAt && entry.tries < magicLimits.wrongCodes;
    if (!entry || !isGood) throw new RpcRefusal(400, 'PHONE_CODE_EXPIRED');
    return entry;
  }

  return {
    send(keyName, { phone = '', kind }) {
      const entry: Entry = {
        hash: random.bytes(9).toString('hex'),
        expiresAt: clock.now() + magicLimits.codeLifeMs,
        way: ownWays[kind] ?? 'app',
        tries: 0,
      };
      entries.set(keyOf(keyName, phone), entry);
      return entry;
    },
    resend(keyName, phone, hash) {
      const entry = find(keyName, phone, hash);
      if (entry.way !== 'app') throw new RpcRefusal(406, 'SEND_CODE_UNAVAILABLE');
      entry.way = 'sms';
      return entry;
    },
    cancel(keyName, phone, hash) {
      find(keyName, phone, hash);
      entries.delete(keyOf(keyName, phone));
    },
    enter(keyName, account, hash, { code, asEmail }) {
      if (code === '') throw new RpcRefusal(400, 'PHONE_CODE_EMPTY');
      const entry = find(keyName, account.phone ?? '', hash);
      if (account.kind === 'code_expired') throw new RpcRefusal(400, 'PHONE_CODE_EXPIRED');
      const isRefused = account.kind === 'first_code_refused' && entry.tries === 0;
      if (isRefused || asEmail !== (entry.way === 'email') || code !== loginCodeOf(account)) {
        entry.tries += 1;
        throw new RpcRefusal(400, 'PHONE_CODE_INVALID');
      }
    },
    delete(keyName) {
      for (const key of entries.keys()) if (key.startsWith(`${keyName} `)) entries.delete(key);
    },
    clear: () => entries.clear(),
  };
}
