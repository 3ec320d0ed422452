import { createPythonClient } from './python-client.js';

export const telethon = createPythonClient('TELETHON', 'telethon', 'telethon_client.py');
export const tdlib = createPythonClient('TDLIB', 'python-telegram', 'tdlib_client.py');

/** Set-up of a run: reports which clients are missing. */
export default function reportMissingClients(): void {
  for (const client of [telethon, tdlib]) client.reportWhetherSkipped();
}
