import type { AddressTexts } from './address-texts.js';
import type { ProblemText, SiteProblem } from './problems.js';

/** How a login code was sent. */
export type CodeWay =
  'app' | 'sms' | 'sms_word' | 'sms_phrase' | 'call' | 'flash_call' | 'missed_call' | 'email' | 'fragment' | 'other';

/** The state of a linked account. */
export type AccountState = 'connected' | 'trouble' | 'ended';

/** How the bridge has an account. `pending` and `refused` concern its hand-over. */
export type AtBridge = 'offered' | 'pending' | 'handed_over' | 'refused' | 'lease' | 'export';

/** All texts of the pages on which users log in to Telegram, in one language. */
export interface SiteTexts {
  readonly siteTitle: string;
  /** Before the title of a page that shows a problem. */
  readonly problemTitle: string;
  readonly signedInAs: (mxid: string) => string;
  readonly signOut: string;
  readonly terms: string;
  readonly privacy: string;
  readonly contact: string;
  readonly back: string;
  readonly cancel: string;
  readonly next: string;
  readonly retry: string;
  readonly signIn: {
    readonly title: string;
    readonly intro: string;
    readonly user: string;
    readonly userHint: (serverName: string) => string;
    readonly password: string;
    readonly passwordHint: string;
    readonly submit: string;
    readonly sso: string;
    readonly or: string;
    readonly linksOnly: string;
    readonly signedOut: string;
  };
  readonly link: {
    readonly title: string;
    readonly text: (mxid: string) => string;
    /** For a visitor who is signed in as another user. */
    readonly instead: (mxid: string) => string;
    readonly submit: (mxid: string) => string;
  };
  readonly widget: {
    readonly title: string;
    readonly waiting: string;
    readonly blocked: string;
    readonly noScript: string;
    readonly reopen: string;
  };
  readonly overview: {
    readonly title: string;
    readonly none: string;
    readonly add: string;
    readonly full: (max: number) => string;
    readonly states: Readonly<Record<AccountState, string>>;
    readonly atBridge: Readonly<Record<AtBridge, string>>;
    readonly reason: (reason: string) => string;
    readonly bot: string;
    readonly phone: string;
    readonly username: string;
    readonly state: string;
    readonly bridge: string;
    readonly replace: string;
    readonly logOut: string;
    readonly handOver: string;
    readonly retryHandOver: string;
    readonly phoneLogin: string;
    readonly addPhone: string;
    readonly removePhone: string;
    readonly phoneAdded: string;
    readonly phoneInUse: string;
    readonly done: Readonly<Record<'logged_out' | 'phone_added' | 'phone_removed' | 'handed_over', string>>;
  };
  readonly logOut: {
    readonly title: string;
    readonly text: (name: string) => string;
    readonly submit: string;
  };
  readonly choose: {
    readonly title: string;
    readonly replacing: (name: string) => string;
    readonly owner: (mxid: string) => string;
    readonly phone: string;
    readonly phoneHint: string;
    readonly qr: string;
    readonly qrHint: string;
    readonly bot: string;
    readonly botHint: string;
  };
  readonly phone: { readonly title: string; readonly label: string; readonly hint: string; readonly submit: string };
  readonly code: {
    readonly title: string;
    /**
     * `number` is the phone number. `hint` is the beginning of the code, the e-mail address, or
     * empty.
     */
    readonly sent: Readonly<Record<CodeWay, (to: { readonly number: string; readonly hint: string }) => string>>;
    readonly labels: Readonly<Record<'digits' | 'word' | 'phrase', string>>;
    readonly submit: string;
    readonly resend: Readonly<Record<CodeWay, string>>;
    readonly resendAfter: (wait: string) => string;
    readonly stillValid: string;
    readonly otherNumber: string;
  };
  readonly password: {
    readonly title: string;
    readonly intro: string;
    readonly label: string;
    readonly hint: (hint: string) => string;
    readonly submit: string;
    readonly recovery: string;
    readonly recoveryLink: string;
  };
  readonly qr: {
    readonly title: string;
    readonly steps: readonly string[];
    readonly picture: string;
    readonly sameDevice: string;
    readonly renewed: string;
  };
  readonly bot: { readonly title: string; readonly label: string; readonly hint: string; readonly submit: string };
  readonly done: {
    readonly title: string;
    readonly text: (name: string) => string;
    readonly overview: string;
  };
  readonly addresses: AddressTexts;
  readonly problems: Readonly<Record<SiteProblem, ProblemText>>;
}
