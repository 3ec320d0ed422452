import { createPythonClient } from './python-client.js';

export const telethon = createPythonClient('TELETHON', 'telethon', 'telethon_client.py');
export const tdlib = createPythonClient('TDLIB', 'python-telegram', 'tdlib_client.py');

/** Reports the missing clients before a run. */
export default function reportMissingClients(): void {
  for (const client of [telethon, tdlib]) client.reportWhetherSkipped();
}
