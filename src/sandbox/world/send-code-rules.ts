import type { Clock } from '../../base/clock.js';
import { RpcRefusal } from '../rpc/refusal.js';
import type { Account } from './accounts.js';
import { magicRanges, type MagicRefusal } from './magic.js';

/** Rejects the numbers that get no code. */
export interface SendCodeRules {
  /** Throws what Telegram would answer to auth.sendCode for this account. */
  check(account: Account): void;
  clear(): void;
}

/** Throws the error that the method always answers for this account, if there is one. */
export function refuse({ refusal }: Account, method: MagicRefusal['method']): void {
  if (refusal?.method === method) throw new RpcRefusal(refusal.code, refusal.name);
}

export function createSendCodeRules({ clock }: { readonly clock: Clock }): SendCodeRules {
  const waits = new Map<bigint, number>();

  function checkFloodWait(account: Account): void {
    const now = clock.now();
    const until = waits.get(account.id) ?? now + 1000 * floodSecondsOf(account);
    waits.set(account.id, until);
    if (until > now) throw new RpcRefusal(420, `FLOOD_WAIT_${Math.ceil((until - now) / 1000)}`);
    waits.delete(account.id);
  }

  return {
    check(account) {
      refuse(account, 'auth.sendCode');
      switch (account.kind) {
        case 'banned':
          throw new RpcRefusal(400, 'PHONE_NUMBER_BANNED');
        case 'signup_forbidden':
          throw new RpcRefusal(400, 'PHONE_NUMBER_APP_SIGNUP_FORBIDDEN');
        case 'number_flood':
          throw new RpcRefusal(400, 'PHONE_NUMBER_FLOOD');
        case 'password_flood':
          throw new RpcRefusal(406, 'PHONE_PASSWORD_FLOOD');
        case 'flood_wait':
          return checkFloodWait(account);
        default:
      }
    },
    clear: () => waits.clear(),
  };
}

function floodSecondsOf({ phone = '' }: Account): number {
  const first = magicRanges.find((range) => range.kind === 'flood_wait')?.first ?? 0;
  return Number(phone.slice(-4)) - first + 1;
}
