import { createPythonClient } from './python-client.js';

export const telethon = createPythonClient('TELETHON', 'telethon', 'telethon_client.py');
export const tdlib = createPythonClient('TDLIB', 'python-telegram', 'tdlib_client.py');
export const sydent = createPythonClient('SYDENT', 'matrix-sydent', 'sydent_database.py');

/** Reports the missing clients before a run. */
export default function reportMissingClients(): void {
  for (const client of [telethon, tdlib, sydent]) client.reportWhetherSkipped();
}
