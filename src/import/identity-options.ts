import type { Runtime } from '../base/runtime.js';
import type { AssociationWriter } from '../identity/association-writer.js';

/** What bindings and invites of another identity service are written with. */
export interface IdentityImportOptions extends Pick<Runtime, 'clock' | 'random'> {
  readonly writer: AssociationWriter;
}
