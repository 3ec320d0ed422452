import { renderSVG } from 'uqr';
import { html, Html } from './html.js';

/** Returns the text as a QR code: an image in SVG that loads nothing and has no styles. */
export function qrCode(text: string, label: string): Html {
  // The library writes numbers and fixed words only.
  const drawn = new Html(renderSVG(text, { border: 3, pixelSize: 4 }));
  return html`<div class="qr" role="img" aria-label="${label}">${drawn}</div>`;
}
