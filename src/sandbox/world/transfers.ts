import type { Random } from '../../base/random.js';
import { RpcRefusal } from '../rpc/refusal.js';
import type { Account } from './accounts.js';

/** Logins on their way from one data centre to another (auth.exportAuthorization). */
export interface Transfers {
  export(account: Account, toDc: number): Buffer;
  /** Whose login it is; throws AUTH_BYTES_INVALID. Each serves once. */
  import(id: bigint, bytes: Buffer, atDc: number): Account;
  clear(): void;
}

export function createTransfers({ random }: { readonly random: Random }): Transfers {
  const open = new Map<string, { readonly account: Account; readonly toDc: number }>();
  return {
    export(account, toDc) {
      const bytes = random.bytes(64);
      open.set(bytes.toString('hex'), { account, toDc });
      return bytes;
    },
    import(id, bytes, atDc) {
      const name = bytes.toString('hex');
      const transfer = open.get(name);
      if (transfer?.account.id !== id || transfer.toDc !== atDc) throw new RpcRefusal(400, 'AUTH_BYTES_INVALID');
      open.delete(name);
      return transfer.account;
    },
    clear: () => open.clear(),
  };
}
