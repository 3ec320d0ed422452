// Runs in browsers, on each page of the site. The pages work without it.

/** Reloads the page when the QR code was scanned or renewed. */
async function watchQrCode() {
  const wait = document.getElementById('qr')?.dataset['wait'];
  if (wait === undefined) return;
  for (;;) {
    try {
      const answer = await fetch(wait, { cache: 'no-store', credentials: 'same-origin' });
      if (!answer.ok || (await answer.text()) === 'changed') break;
    } catch {
      // No connection at the moment.
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
  location.reload();
}

/** Enables the button for another code when Telegram allows it. */
function countDown() {
  const note = document.getElementById('resend-after');
  const button = document.getElementById('resend');
  if (!note || !(button instanceof HTMLButtonElement)) return;
  button.disabled = true;
  const until = Date.now() + Number(note.dataset['seconds']) * 1000;
  const enableIfDue = () => {
    if (Date.now() < until) return;
    clearInterval(timer);
    button.disabled = false;
    note.hidden = true;
  };
  const timer = setInterval(enableIfDue, 500);
}

void watchQrCode();
countDown();
