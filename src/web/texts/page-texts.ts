import type { FailureReason } from '../failure-reason.js';
import type { SiteTexts } from '../site/site-texts.js';

/** What is validated. */
export type ProvenMedium = 'email' | 'msisdn';

/** A heading with its text. */
export interface HeadedText {
  readonly title: string;
  readonly text: string;
}

/** One text for each purpose of a validation: the use of an address, or a new password. */
type OfSubject<T> = Readonly<Record<'address' | 'password', Readonly<Record<ProvenMedium, T>>>>;

/** All texts of the pages, in one language. */
export interface PageTexts {
  readonly confirmTitle: OfSubject<string>;
  /** `address` is masked, `service` is the host name that users see. */
  readonly confirmText: OfSubject<(names: { readonly address: string; readonly service: string }) => string>;
  /** `server` is the server name of the user who requested the message. */
  readonly requestedFrom: (server: string) => string;
  readonly confirmAdvice: string;
  readonly confirmButton: string;
  /** `operator` is the server name of the homeserver that the service belongs to. */
  readonly operatedFor: (names: { readonly service: string; readonly operator: string }) => string;
  readonly provenTitle: Readonly<Record<ProvenMedium, string>>;
  readonly provenText: string;
  readonly continueLink: string;
  readonly failures: Readonly<Record<FailureReason, HeadedText>>;
}

/** The texts of all pages, in one language. */
export interface Texts extends PageTexts {
  readonly site: SiteTexts;
}
