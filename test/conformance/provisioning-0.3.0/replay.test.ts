import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { playAgain, type Reference } from '../replay.js';
import { accounts, cases } from './cases.js';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

describe('the answers of the original server', () => {
  playAgain({
    transcript: JSON.parse(read('replay.json')) as readonly Reference[],
    cases,
    rulings: read('../../../docs/decisions/0001-provisioning-0.3.0-wire.md'),
    isExact: true,
    accountOf({ request: { path } }) {
      if (path.endsWith('/bot_token')) return accounts.botToken;
      return path.endsWith('/send_password') ? accounts.phoneWithPassword : accounts.phone;
    },
  });
});
