import type { OpenIdVerifier, MatrixSignIn } from './matrix-sign-in.js';
import type { AccountAddresses } from '../../accounts/threepids/account-addresses.js';
import type { WebGrants } from '../../accounts/web-grants.js';
import type { Clock } from '../../base/clock.js';
import type { Failure } from '../../base/failure.js';
import type { ServerName } from '../../base/mxid.js';
import type { TelegramAccounts } from '../../login/accounts.js';
import type { LoginProcesses } from '../../login/processes.js';
import type { LoginService } from '../../login/service.js';
import type { SiteFrame, SiteOperator } from '../../web/site/site-page.js';
import type { HandOverAnswers } from '../provisioning/hand-over.js';
import type { PhoneProofs } from '../provisioning/phone-proofs.js';
import type { Random } from '../../base/random.js';

/** The operator's logo. */
export interface Logo {
  readonly bytes: Buffer;
  /** Its media type. */
  readonly type: string;
}

/** The e-mail addresses and phone numbers of Matrix accounts, on the pages. */
export interface WebAddresses {
  readonly addresses: AccountAddresses;
  /** Whether the homeserver may have others. */
  readonly isPartial: boolean;
  readonly signIn: MatrixSignIn;
}

/** The dependencies of the pages. */
export interface WebDeps {
  /** Whether the pages stand alone, or in a frame of a Matrix client. */
  readonly mode: 'page' | 'widget';
  /** The path of the pages, without a slash at its end. */
  readonly base: string;
  /** The URL at which browsers reach this server, without a slash at its end. */
  readonly publicUrl: string;
  readonly serverName: ServerName;
  readonly grants: WebGrants;
  /** How long a session lasts. */
  readonly sessionMs: number;
  readonly login: LoginService & LoginProcesses & TelegramAccounts;
  readonly maxAccounts: number;
  readonly phoneProofs: PhoneProofs;
  readonly handOver: HandOverAnswers;
  /** Undefined if users cannot sign in with a password. */
  readonly signInByPassword: MatrixSignIn | undefined;
  /** Undefined if users cannot sign in through the SSO of the homeserver. */
  readonly signInBySso: (MatrixSignIn & { readonly homeserverUrl: string }) | undefined;
  /** Undefined if the pages do not show them. */
  readonly addresses: WebAddresses | undefined;
  /** Undefined except in the widget. */
  readonly verifyOpenId: OpenIdVerifier | undefined;
  readonly acceptsLinks: boolean;
  /** The origins that may show the widget. */
  readonly widgetClients: readonly string[];
  readonly operator: SiteOperator;
  readonly logo: Logo | undefined;
  /** Throws AccountFailure if the client at that address has made too many sign-ins. */
  readonly admitClient: (clientAddress: string) => void;
  readonly clock: Clock;
  readonly random: Random;
}

/** The dependencies of the endpoints, with what they share while they run. */
export interface ServedDeps extends WebDeps {
  /** The frames of visitors whose requests have failed. */
  readonly failedFrames: WeakMap<Failure, SiteFrame>;
}
