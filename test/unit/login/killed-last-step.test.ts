import { describe, expect, it } from 'vitest';
import { KeyedMutex } from '../../../src/base/keyed-mutex.js';
import type { Database } from '../../../src/database/database.js';
import type { LoginInput } from '../../../src/login/processes.js';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import { code, mxidOf, openLoginFixture, password, phone, token } from '../../support/login-fixture.js';

const alice = mxidOf('@alice:example.org');
const botSecret = 'SandboxBotTokenThatEveryoneMayKnow1';

interface Row {
  readonly name: string;
  readonly before: readonly LoginInput[];
  readonly last: LoginInput;
  readonly userId: string;
}

const rows: readonly Row[] = [
  { name: 'the code', before: [phone('+9996620234')], last: code('22222'), userId: '9996620234' },
  {
    name: 'the password',
    before: [phone('+9996621234'), code('22222')],
    last: password(magicPassword),
    userId: '9996621234',
  },
  // The sixth digit is the data centre: the session of the first bot does not move.
  ...['2000010001', '2000020001'].map((userId) => ({
    name: `the token of bot ${userId}`,
    before: [],
    last: token(`${userId}:${botSecret}`),
    userId,
  })),
];

/**
 * Returns the database of a process that is killed after its transaction number `last`. `dead`
 * settles then.
 */
function killedAfter(database: Database, last: number): { readonly database: Database; readonly dead: Promise<void> } {
  const locks = new KeyedMutex();
  const never = new Promise<never>(() => undefined);
  let left = last;
  let die: () => void = () => undefined;
  const dead = new Promise<void>((resolve) => (die = resolve));
  return {
    dead,
    database: {
      ...database,
      locks: { run: (name, work) => locks.run(name, work) },
      read: (work) => (left < 1 ? never : database.read(work)),
      async transaction(work) {
        left -= 1;
        if (left < 0) return never;
        const outcome = await database.transaction(work);
        if (left > 0) return outcome;
        die();
        return never;
      },
    },
  };
}

describe('the last step, repeated after the daemon was killed during it', () => {
  it.each(rows)(
    'completes and leaves one session at Telegram, whichever transaction was its last: $name',
    async ({ before, last, userId }) => {
      for (let transactions = 1; ; transactions++) {
        const fixture = await openLoginFixture();
        try {
          for (const input of before) await fixture.login.submit(alice, input);
          await fixture.restart();
          const killed = killedAfter(fixture.database, transactions);
          const submitted = fixture.startService(killed.database).submit(alice, last);
          const wasKilled = await Promise.race([submitted.then(() => false), killed.dead.then(() => true)]);
          await fixture.restart();
          const repeated = await fixture.login.submit(alice, last);
          expect([transactions, repeated]).toMatchObject([transactions, { kind: 'complete' }]);
          await fixture.login.sweep();
          expect([transactions, fixture.telegram.authorizations(userId)]).toEqual([transactions, 1]);
          if (!wasKilled) break;
        } finally {
          await fixture.close();
        }
      }
    },
  );
});
