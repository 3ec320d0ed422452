import { Failure } from '../base/failure.js';

/** What is wrong with one of the admin's templates. */
export interface TemplateProblem {
  /** Its name, below the folder. */
  readonly file: string;
  /** A sentence. */
  readonly problem: string;
}

/** Why messages cannot be sent with these settings: found at start, and for the admin to mend. */
export type SettingsFault =
  | { readonly kind: 'templates_unusable'; readonly folder: string; readonly problems: readonly TemplateProblem[] }
  /** The template of a webhook's body; `problem` is a sentence. */
  | { readonly kind: 'webhook_body_unusable'; readonly problem: string }
  | { readonly kind: 'webhook_header_unusable'; readonly name: string }
  /** A password would go over a connection that may not be encrypted. */
  | { readonly kind: 'password_needs_tls' };

/** Thrown while channels and templates are made. */
export class SettingsFailure extends Failure<SettingsFault> {}
