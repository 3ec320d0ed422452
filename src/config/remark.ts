import type { Path } from './tree.js';

/** A warning about a setting that is allowed and probably a mistake. */
export interface Remark {
  readonly path: Path;
  readonly message: string;
}
