import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import {
  magicApiIds,
  magicBotRanges,
  magicBotSecret,
  magicPasswords,
  magicRanges,
  type AccountKind,
} from '../../src/sandbox/world/magic.js';
import { askForCode, enterCode, refusalOf, withIndependentClient } from '../support/mtcute-on-sandbox.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

/** The first phone number of a kind, at data centre 1. */
function phoneOf(kind: AccountKind): string {
  const range = magicRanges.find((candidate) => candidate.kind === kind);
  return `+999661${String(range?.first).padStart(4, '0')}`;
}

describe.concurrent('the magic numbers', () => {
  const refusedAtOnce: readonly (readonly [AccountKind, string])[] = [
    ['banned', '400 PHONE_NUMBER_BANNED'],
    ['signup_forbidden', '400 PHONE_NUMBER_APP_SIGNUP_FORBIDDEN'],
    ['number_flood', '400 PHONE_NUMBER_FLOOD'],
    ['password_flood', '406 PHONE_PASSWORD_FLOOD'],
  ];

  it('refuse a code as documented', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      for (const [kind, refusal] of refusedAtOnce) {
        expect([kind, await refusalOf(client.sendCode({ phone: phoneOf(kind) }))]).toEqual([kind, refusal]);
      }
      for (const phone of ['+49301234567', '+9996640000', '+999661000', '+99966100000', '0']) {
        expect([phone, await refusalOf(client.sendCode({ phone }))]).toEqual([phone, '406 PHONE_NUMBER_INVALID']);
      }
    });
  });

  it('behave at sign-in as documented', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const enter = (kind: AccountKind) => refusalOf(enterCode(client, phoneOf(kind), '11111'));
      expect(await enter('code_expired')).toBe('400 PHONE_CODE_EXPIRED');
      expect(await enter('password')).toBe('401 SESSION_PASSWORD_NEEDED');
      expect(await enter('awkward_password')).toBe('401 SESSION_PASSWORD_NEEDED');
      expect(await enter('first_code_refused')).toBe('400 PHONE_CODE_INVALID');
      expect((await enterCode(client, phoneOf('no_username'), '11111')).username).toBeNull();
    });
  });

  it('accept the second attempt with a code whose first they refuse', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const phone = phoneOf('first_code_refused');
      const { phoneCodeHash } = await askForCode(client, phone);
      const enter = () => client.signIn({ phone, phoneCodeHash, phoneCode: '11111' });
      expect(await refusalOf(enter())).toBe('400 PHONE_CODE_INVALID');
      expect((await enter()).username).toBe('sandbox_13600');
    });
  });

  it('require an unregistered number to sign up', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const phoneNumber = phoneOf('unregistered');
      const { phoneCodeHash } = await askForCode(client, phoneNumber);
      const signIn = { _: 'auth.signIn', phoneNumber, phoneCodeHash, phoneCode: '11111' } as const;
      expect(await client.call(signIn)).toMatchObject({ _: 'auth.authorizationSignUpRequired' });
    });
  });

  it('log a deactivated account out once it is logged in', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await enterCode(client, phoneOf('deactivated'), '11111');
      const getMe = client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] });
      expect(await refusalOf(getMe)).toBe('401 USER_DEACTIVATED');
    });
  });

  it('return a flood wait for a flooded number', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const call = client.call(sendCodeTo('9996613309'), { floodSleepThreshold: 0 });
      await expect(call).rejects.toMatchObject({ code: 420, text: 'FLOOD_WAIT_%d', seconds: 10 });
    });
  });
});

describe.concurrent('the limits of the sandbox', () => {
  it('refuse the documented applications', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      for (const [apiId, name] of magicApiIds) {
        expect(await refusalOf(client.call(sendCodeTo('9996610001', apiId)))).toBe(`400 ${name}`);
      }
      expect(await refusalOf(client.call(sendCodeTo('9996610001', 0)))).toBe('400 API_ID_INVALID');
    });
  });

  it('send a code to the app, then by SMS, then no more', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const phone = '+9996610005';
      const { phoneCodeHash } = await askForCode(client, phone);
      const again = await client.resendCode({ phone, phoneCodeHash });
      expect(again).toMatchObject({ type: 'sms', nextType: 'none', phoneCodeHash });
      expect(await refusalOf(client.resendCode({ phone, phoneCodeHash }))).toBe('406 SEND_CODE_UNAVAILABLE');
      expect((await client.signIn({ phone, phoneCodeHash, phoneCode: '11111' })).id).toBe(700010005);
    });
  });

  it('accept no code that was cancelled, replaced, requested elsewhere, left empty or tried too often', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const phone = '+9996610006';
      const enter = (phoneCodeHash: string, phoneCode = '11111') =>
        refusalOf(client.signIn({ phone, phoneCodeHash, phoneCode }));
      const first = await askForCode(client, phone);
      await client.call({ _: 'auth.cancelCode', phoneNumber: phone, phoneCodeHash: first.phoneCodeHash });
      expect(await enter(first.phoneCodeHash)).toBe('400 PHONE_CODE_EXPIRED');
      const replaced = await askForCode(client, phone);
      const newest = await askForCode(client, phone);
      expect(await enter(replaced.phoneCodeHash)).toBe('400 PHONE_CODE_EXPIRED');
      expect(await enter(newest.phoneCodeHash, '')).toBe('400 PHONE_CODE_EMPTY');
      await withIndependentClient(sandbox, {}, async (elsewhere) => {
        const { phoneCodeHash } = newest;
        const signIn = elsewhere.signIn({ phone, phoneCodeHash, phoneCode: '11111' });
        expect(await refusalOf(signIn)).toBe('400 PHONE_CODE_EXPIRED');
      });
      for (const wrong of ['1', '2', '3', '4', '5']) {
        expect(await enter(newest.phoneCodeHash, wrong)).toBe('400 PHONE_CODE_INVALID');
      }
      expect(await enter(newest.phoneCodeHash)).toBe('400 PHONE_CODE_EXPIRED');
    });
  });

  it('return a flood wait after five wrong passwords', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await refusalOf(enterCode(client, '+9996611005', '11111'));
      for (const wrong of ['1', '2', '3', '4', '5']) {
        expect(await refusalOf(client.checkPassword(wrong))).toBe('400 PASSWORD_HASH_INVALID');
      }
      const right = client.checkPassword(magicPasswords.password.password);
      await expect(right).rejects.toMatchObject({ code: 420, seconds: expect.closeTo(60, -1) });
    });
  });
});

describe('docs/sandbox.md', () => {
  it('lists every range, password and token', async () => {
    const text = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
    const span = (first: number, last: number) => [first, last].map((end) => String(end).padStart(4, '0')).join('–');
    for (const { first, last, behaviour } of magicRanges) {
      const row = text.split('\n').find((line) => line.includes(span(first, last)) && line.includes(behaviour));
      expect(row, `${span(first, last)} ${behaviour}`).toBeDefined();
    }
    for (const { first, last } of magicBotRanges) expect(text).toContain(span(first, last));
    for (const { password } of Object.values(magicPasswords)) expect(text).toContain(`\`${password.trim()}\``);
    expect(text).toContain(magicPasswords.password.hint);
    expect(text).toContain(magicBotSecret);
    for (const [apiId, name] of magicApiIds) expect(text).toMatch(new RegExp(`${apiId}\\s\\(\`${name}`));
  });
});

function sendCodeTo(phoneNumber: string, apiId = 4242) {
  return {
    _: 'auth.sendCode' as const,
    phoneNumber,
    apiId,
    apiHash: 'anything',
    settings: { _: 'codeSettings' as const },
  };
}
