import type { Path } from './tree.js';

/** Something that is allowed and probably not meant. */
export interface Remark {
  readonly path: Path;
  readonly message: string;
}
