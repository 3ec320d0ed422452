import type { FailureReason } from '../failure-reason.js';

/** What is proven. */
export type ProvenMedium = 'email' | 'msisdn';

/** A heading and what follows it. */
export interface HeadedText {
  readonly title: string;
  readonly text: string;
}

/** One for each thing that a proof can allow: the use of an address, or a new password. */
type OfSubject<T> = Readonly<Record<'address' | 'password', Readonly<Record<ProvenMedium, T>>>>;

/** Every text of the pages, in one language. */
export interface PageTexts {
  readonly confirmTitle: OfSubject<string>;
  /** `address` is masked, `service` is the host that users know. */
  readonly confirmText: OfSubject<(names: { readonly address: string; readonly service: string }) => string>;
  readonly confirmAdvice: string;
  readonly confirmButton: string;
  /** `operator` is the server name of the homeserver that the service belongs to. */
  readonly operatedFor: (names: { readonly service: string; readonly operator: string }) => string;
  readonly provenTitle: Readonly<Record<ProvenMedium, string>>;
  readonly provenText: string;
  readonly continueLink: string;
  readonly failures: Readonly<Record<FailureReason, HeadedText>>;
}
