import { Failure } from '../base/failure.js';

/** A problem with one of the administrator's templates. */
export interface TemplateProblem {
  /** Its path below the folder. */
  readonly file: string;
  /** A sentence. */
  readonly problem: string;
}

/** Why these settings cannot be used. Detected at startup, for an administrator to fix. */
export type SettingsFailureDetails =
  | { readonly kind: 'templates_unusable'; readonly folder: string; readonly problems: readonly TemplateProblem[] }
  /** The template of a webhook's body. `problem` is a sentence. */
  | { readonly kind: 'webhook_body_unusable'; readonly problem: string }
  | { readonly kind: 'webhook_header_unusable'; readonly name: string }
  /** A password might be sent without encryption. */
  | { readonly kind: 'password_needs_tls' };

/** Thrown while channels and templates are created. */
export class SettingsFailure extends Failure<SettingsFailureDetails> {}
