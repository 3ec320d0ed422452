import { apiFiles } from '../api/generated-files.js';
import { renderMetrics } from '../app/metrics/render-metrics.js';
import { renderReference } from '../config/render-reference.js';
import { renderSample } from '../config/render-sample.js';
import { clientFiles } from './client-files.js';
import { renderExitCodes } from './exit-code.js';

/** A file of the project that is generated from its code. */
export interface GeneratedFile {
  /** Relative to the folder of the project. */
  readonly path: string;
  readonly render: () => string;
}

/** Returns all files that `gangway generate` writes. */
export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'config.sample.yaml', render: () => renderSample() },
  { path: 'docs/configuration.md', render: () => `${renderReference()}\n${renderExitCodes()}` },
  { path: 'docs/metrics.md', render: () => renderMetrics() },
  ...apiFiles,
  ...clientFiles(apiFiles),
];
