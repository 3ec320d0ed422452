// Runs in browsers, on the start page of the widget: asks the Matrix client that shows the widget for
// an OpenID token (Widget API, "get_openid"), and submits it.

/** @typedef {{ state?: string, access_token?: string, matrix_server_name?: string, original_request_id?: string }} OpenIdAnswer */
/** @typedef {{ api?: string, action?: string, requestId?: string, data?: OpenIdAnswer, response?: OpenIdAnswer }} WidgetMessage */

const parameters = new URLSearchParams(location.search);
const widgetId = parameters.get('widgetId');
/** The client's origin. Without it the token could come from any page. */
const clientOrigin = originOf(parameters.get('parentUrl') ?? document.referrer);
const requestId = `gangway-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

/** @param {string} url */
function originOf(url) {
  if (!URL.canParse(url)) return undefined;
  const { origin, protocol, host } = new URL(url);
  // Browsers know no origin of the addresses of apps, such as vector://vector.
  return origin === 'null' && host !== '' ? `${protocol}//${host}` : origin;
}

/** @param {object} message */
function post(message) {
  if (clientOrigin !== undefined) window.parent.postMessage(message, clientOrigin);
}

/** @param {string} id */
function show(id) {
  for (const each of ['waiting', 'blocked']) {
    const element = document.getElementById(each);
    if (element) element.hidden = each !== id;
  }
}

/** @param {OpenIdAnswer} data */
function handleOpenId(data) {
  if (data.state === 'blocked') return show('blocked');
  if (data.state !== 'allowed') return;
  const form = document.querySelector('main form');
  if (!(form instanceof HTMLFormElement)) return;
  const values = { token: data.access_token, server: data.matrix_server_name };
  for (const [name, value] of Object.entries(values)) {
    const input = form.elements.namedItem(name);
    if (input instanceof HTMLInputElement) input.value = value ?? '';
  }
  form.submit();
}

/** @param {MessageEvent<WidgetMessage | null>} event */
function receive({ origin, source, data }) {
  if (source !== window.parent || origin !== clientOrigin || typeof data !== 'object' || data === null) return;
  if (data.api === 'fromWidget' && data.requestId === requestId && data.response) {
    handleOpenId(data.response);
  } else if (data.api === 'toWidget' && data.action === 'openid_credentials' && data.data) {
    if (data.data.original_request_id === requestId) handleOpenId(data.data);
  }
}

const content = document.getElementById('widget');
if (content) {
  content.hidden = false;
  if (widgetId === null || clientOrigin === undefined || window.parent === window) show('blocked');
  else {
    window.addEventListener('message', receive);
    post({ api: 'fromWidget', action: 'content_loaded', requestId: `${requestId}-loaded`, widgetId, data: {} });
    post({ api: 'fromWidget', action: 'get_openid', requestId, widgetId, data: {} });
  }
}
