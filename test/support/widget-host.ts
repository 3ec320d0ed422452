import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startHttpListener } from './http-listener.js';

/** A Matrix client that shows a widget, with the widget API of Element. */
export interface WidgetHost {
  /** The origin of the client, another site than that of the widget. */
  readonly origin: string;
  /** The same client at an origin of another name. */
  readonly otherOrigin: string;
  /** Returns the path of the page that shows this widget. */
  readonly pathOf: (widget: string, options: WidgetHostOptions) => string;
  readonly stop: () => Promise<void>;
}

/** What the user of the client does, and how the widget is configured. */
export interface WidgetHostOptions {
  /** `asked`: the page has a button `Allow`. */
  readonly consent: 'allowed' | 'asked' | 'blocked';
  /**
   * Whether the client waits for the widget to load, not for its `content_loaded`. Default true.
   */
  readonly waits?: boolean;
}

const page = readFileSync(new URL('widget-host.html', import.meta.url));
const require = createRequire(import.meta.url);
const widgetApi = readFileSync(require.resolve('matrix-widget-api/dist/api.min.js'));

/** Starts it. `mintToken` returns an OpenID token of the user. The caller stops it. */
export async function startWidgetHost(mintToken: () => Promise<unknown>): Promise<WidgetHost> {
  const listener = await startHttpListener(({ uri }, response) => {
    const path = uri.replace(/\?.*$/, '');
    if (path === '/widget-api.js') response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(widgetApi);
    else if (path === '/openid-token') void mintToken().then((token) => response.end(JSON.stringify(token)));
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
  });
  return {
    origin: `http://localhost:${listener.port}`,
    otherOrigin: listener.url,
    pathOf: (widget, { consent, waits = true }) =>
      `/?${new URLSearchParams({ widget, consent, waits: String(waits) }).toString()}`,
    stop: () => listener.stop(),
  };
}
