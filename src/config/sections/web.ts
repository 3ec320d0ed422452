import { baseUrl, webAddress } from '../network-address.js';
import { publicUrl } from '../public-url.js';
import { group, optional, withDefault } from '../setting.js';
import { Complaint, listOf, path, text, trueOrFalse, wholeNumber, words } from '../value.js';

/** The origin of a Matrix client, such as https://app.element.io or vector://vector. */
export type ClientOrigin = `${string}://${string}`;

/** The configuration of the web page. */
export type Web =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      /** Without a trailing slash, and without `path`. */
      readonly publicUrl: string;
      /** Begins with a slash and does not end with one. */
      readonly path: string;
      readonly sessionMs: number;
      readonly linkMs: number;
      readonly signIn: {
        readonly password: boolean;
        readonly sso: boolean;
        /** Without a trailing slash. */
        readonly homeserverUrl: string | undefined;
        readonly links: boolean;
        /** The Matrix clients that may show the page as a widget. None if empty. */
        readonly widgetClients: readonly ClientOrigin[];
      };
      readonly operator: Operator;
    };

/** The operator as the pages show it. */
export interface Operator {
  readonly name: string | undefined;
  /** An absolute path. */
  readonly logoFile: string | undefined;
  readonly termsUrl: string | undefined;
  readonly privacyUrl: string | undefined;
  readonly contactUrl: string | undefined;
}

const pathOfPages = text({ expects: 'a path such as /_gangway' }, (input) => {
  const read = input.replace(/\/+$/, '');
  if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(read) || /\/\.{1,2}(\/|$)/.test(read)) return undefined;
  if (!/^\/(_matrix|_synapse|\.well-known)(\/|$)/.test(read)) return read;
  return new Complaint('This path is used by other APIs. Use /_gangway, for example.');
});

// Apps that are built on a browser, such as Element Desktop, have a scheme of their own.
const appOrigin =
  /^(?!(?:https?|wss?|ftp|file|filesystem|blob|data|about|javascript):)[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(?=\/|$)/;

// Only the origin counts; a path is not compared by browsers.
const origin = text<ClientOrigin>({ expects: 'the address of a client, such as https://app.element.io' }, (input) => {
  const app = appOrigin.exec(input)?.[0];
  if (app !== undefined) return app as ClientOrigin;
  const read = baseUrl.safeParse(input);
  if (read.success) return new URL(read.data).origin as ClientOrigin;
  return URL.canParse(input) ? new Complaint(read.error.issues.map(({ message }) => message).join(' ')) : undefined;
});

// A page links to it; `javascript:` and the like must not get there.
const contact = text({ expects: 'an https:// address or a mailto: link' }, (input) => {
  if (/^mailto:[^@\s]+@[^@\s]+$/.test(input)) return input;
  return webAddress.safeParse(input).data;
});

/** The web page on which users log in to Telegram. */
export const web = group(
  'A web page on which users log in to Telegram and manage their Telegram accounts. It uses the permissions of ' +
    'the section bridge.',
  {
    enabled: withDefault(trueOrFalse, 'false', 'Whether the web page is enabled.'),
    public_url: optional(
      publicUrl,
      'https://matrix.example.com',
      'The https address at which browsers reach Gangway, without the path below. Required if enabled.',
    ),
    path: withDefault(
      pathOfPages,
      '/_gangway',
      'The path of the page. Route it and everything below it to Gangway, except /_gangway/v1 and /_gangway/delegate, which are not for the internet.',
    ),
    session_minutes: withDefault(
      wholeNumber(5, 1440),
      '60',
      'How long a user stays signed in to the page. Telegram logins are not affected.',
    ),
    sign_in: group(
      'How users prove their Matrix ID to the page.',
      {
        password: withDefault(
          trueOrFalse,
          'true',
          'Whether users can sign in with the password of their Matrix account. The login is ended at once: the ' +
            'page keeps no access token. Requires homeserver.address or embedded accounts.',
        ),
        sso: withDefault(
          trueOrFalse,
          'true',
          'Whether users can sign in through the SSO of the homeserver, if it has one. Requires homeserver.address. ' +
            'Add the address of the page to sso.client_whitelist of Synapse to skip its confirmation.',
        ),
        homeserver_url: optional(
          baseUrl,
          'https://matrix.example.com',
          'The address at which browsers reach the homeserver, for its SSO. Defaults to homeserver.address if that is https or on this machine.',
        ),
        links: withDefault(
          trueOrFalse,
          'true',
          'Whether one-time links sign users in: `gangway link @user:example.com`, or POST /v1/links below the ' +
            'path, with the shared secret of the section provisioning.',
        ),
        link_minutes: withDefault(wholeNumber(1, 1440), '15', 'How long a one-time link is valid.'),
        widget_clients: withDefault(
          listOf(origin, 'addresses of Matrix clients, such as https://app.element.io'),
          [],
          'The Matrix clients that may show the page as a widget (`/addwidget <public_url><path>/widget/`), such as ' +
            'https://app.element.io, or vector://vector for Element Desktop. The client proves the Matrix ID with an ' +
            'OpenID token. Empty disables the widget.',
        ),
      },
      (keys) => ({
        password: keys.password,
        sso: keys.sso,
        homeserverUrl: keys.homeserver_url,
        links: keys.links,
        linkMs: keys.link_minutes * 60_000,
        widgetClients: keys.widget_clients,
      }),
    ),
    operator: group(
      'What the pages show about the operator of this server.',
      {
        name: optional(
          words('a name'),
          'Example Server',
          'The name at the top of the pages. Defaults to homeserver.domain.',
        ),
        logo_file: optional(path('the path of an image'), 'logo.svg', 'A logo: an SVG, PNG, WebP or JPEG file.'),
        terms_url: optional(webAddress, 'https://example.com/terms', 'The terms of service.'),
        privacy_url: optional(webAddress, 'https://example.com/privacy', 'The privacy policy.'),
        contact_url: optional(
          contact,
          'mailto:admin@example.com',
          'The help for users: a web page or an e-mail address.',
        ),
      },
      (keys): Operator => ({
        name: keys.name,
        logoFile: keys.logo_file,
        termsUrl: keys.terms_url,
        privacyUrl: keys.privacy_url,
        contactUrl: keys.contact_url,
      }),
    ),
  },
  (keys, context): Web => {
    if (!keys.enabled) return { enabled: false };
    if (keys.public_url === undefined) {
      const message = 'This key is missing. The page requires the https address at which browsers reach Gangway.';
      context.addIssue({ code: 'custom', path: ['public_url'], message });
      return { enabled: false };
    }
    const { linkMs, ...signIn } = keys.sign_in;
    return {
      enabled: true,
      publicUrl: keys.public_url,
      path: keys.path,
      sessionMs: keys.session_minutes * 60_000,
      linkMs,
      signIn,
      operator: keys.operator,
    };
  },
);
