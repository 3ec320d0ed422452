/** The texts of the pages for e-mail addresses and phone numbers, in one language. */
export interface AddressTexts {
  readonly title: string;
  readonly intro: string;
  readonly none: string;
  /** If the homeserver may have others. */
  readonly noneHere: string;
  readonly remove: string;
  readonly removeSubmit: (address: string) => string;
  readonly all: string;
  readonly allHint: string;
  readonly allSubmit: string;
  readonly add: OfMedium<{ readonly title: string; readonly label: string; readonly submit: string }>;
  readonly unchangeable: string;
  readonly pending: {
    readonly title: OfMedium<string>;
    readonly sent: OfMedium<(address: string) => string>;
    readonly confirmed: (address: string) => string;
    readonly submit: string;
    readonly resend: OfMedium<string>;
  };
  readonly done: Readonly<Record<'address_added' | 'address_removed', string>>;
}

type OfMedium<T> = Readonly<Record<'email' | 'msisdn', T>>;
