import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Clock } from '../base/clock.js';
import { maskAddress } from '../base/mask-address.js';
import type { Mxid } from '../base/mxid.js';
import type { Transaction } from '../database/database.js';
import type { ForeignRow } from '../database/foreign/foreign-database.js';
import type { AssociationWriter } from '../identity/association-writer.js';
import { imported, refused, unchanged, type ImportOutcome } from './outcome.js';
import type { SourceRow } from './part.js';
import { readText, readThreepid, readUser } from './read-value.js';

/** A binding of another identity service. */
export interface ImportedBinding extends ThirdPartyAddress {
  readonly mxid: Mxid;
  /** The address as it is stored there, if that is another form. */
  readonly alias: string | undefined;
  /** Epoch ms. */
  readonly boundAt: number;
}

/** Reads a binding from the columns `mxid`, `medium` and `address`. */
export function readBinding(row: ForeignRow, name: string, boundAt: number): SourceRow<ImportedBinding> {
  const mxid = readUser(row['mxid']);
  if (mxid === undefined) return { row: name, content: refused({ kind: 'mxid_invalid' }) };
  const threepid = readThreepid(row['medium'], row['address']);
  if (threepid.kind !== 'read') return { row: `${name} of ${mxid}`, content: threepid };
  const stored = readText(row['address']);
  const alias = stored === threepid.value.address ? undefined : stored;
  const value = { mxid, ...threepid.value, alias, boundAt };
  return { row: `${name} of ${mxid}, ${maskAddress(value)}`, content: { kind: 'read', value } };
}

/** Creates what signs and stores bindings. A binding that is here already is kept. */
export function createBindingWriter({ writer, clock }: { readonly writer: AssociationWriter; readonly clock: Clock }) {
  return async (tx: Transaction, binding: ImportedBinding): Promise<ImportOutcome> => {
    const { mxid } = binding;
    const account = await tx.accounts.hold(mxid);
    if (account?.deactivatedAt !== undefined) return refused({ kind: 'account_deactivated' });
    const bound = await tx.identityAssociations.find(binding);
    if (bound) return bound.mxid === mxid ? unchanged : refused({ kind: 'bound_to_another', mxid: bound.mxid });
    await writer.write(tx, { ...binding, writtenAt: clock.now() });
    return imported;
  };
}
