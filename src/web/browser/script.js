// Runs in browsers, on each page of the site. The pages work without it.

/** Reloads the page when the QR code was scanned or renewed, or shows why the login is over. */
async function watchQrCode() {
  const url = document.getElementById('qr')?.dataset['wait'];
  if (url === undefined) return;
  for (;;) {
    const reply = await load(url);
    if (reply?.ok && reply.text !== 'same') return location.reload();
    if (reply?.ok) continue;
    const isTemporary = !reply || reply.status === 429 || reply.status === 503;
    if (!isTemporary && showProblem(reply.text)) return;
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
}

/**
 * Returns undefined if there is no connection.
 * @param {string} url
 */
async function load(url) {
  try {
    const reply = await fetch(url, { cache: 'no-store', credentials: 'same-origin' });
    return { ok: reply.ok, status: reply.status, text: await reply.text() };
  } catch {
    return undefined;
  }
}

/**
 * Shows a page of this server that explains a problem. Returns false for the page of a proxy.
 * @param {string} text
 */
function showProblem(text) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  const main = page.querySelector('main:has(#problem)');
  if (!main) return false;
  document.title = page.title;
  document.querySelector('main')?.replaceWith(main);
  return true;
}

/** Shows the seconds until Telegram allows another code, then enables the button for it. */
function countDown() {
  const note = document.getElementById('resend-after');
  const wait = document.getElementById('resend-wait');
  const button = document.getElementById('resend');
  if (!note || !wait || !(button instanceof HTMLButtonElement)) return;
  const { lang } = document.documentElement;
  const format = new Intl.NumberFormat(lang, { style: 'unit', unit: 'second', unitDisplay: 'long' });
  const until = Date.now() + Number(note.dataset['seconds']) * 1000;
  button.disabled = true;
  const update = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      wait.textContent = format.format(left);
      return;
    }
    clearInterval(timer);
    button.disabled = false;
    note.hidden = true;
  };
  const timer = setInterval(update, 500);
}

/** @typedef {{ api?: string, action?: string, response?: object }} ClientRequest */

/**
 * Answers the requests of a Matrix client that shows the page as a widget (Widget API). A client
 * sends them each time a page has loaded.
 */
function answerClient() {
  if (window.parent !== window) window.addEventListener('message', receive);
}

/** @param {MessageEvent<ClientRequest | null>} event */
function receive({ source, origin, data }) {
  if (source !== window.parent || data?.api !== 'toWidget' || data.response !== undefined) return;
  window.parent.postMessage({ ...data, response: replies.get(data.action) ?? {} }, origin);
}

/** @type {Map<string | undefined, object>} */
const replies = new Map([
  ['capabilities', { capabilities: [] }],
  ['supported_api_versions', { supported_versions: ['0.0.1', '0.0.2'] }],
]);

answerClient();
void watchQrCode();
countDown();
