import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { accounts } from '../provisioning-0.3.0/cases.js';
import { playAgain, type Reference } from '../replay.js';
import { cases } from './cases.js';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

describe('the answers of the servers of version 3', () => {
  playAgain({
    transcript: JSON.parse(read('transcript.json')) as readonly Reference[],
    cases,
    rulings: read('../../../docs/decisions/0005-provisioning-dialects.md'),
    isExact: false,
    accountOf: () => accounts.phone,
  });
});
