import { describe, expect, it } from 'vitest';
import { inspect, load, written } from './written-config.js';

const identity = { enabled: true, public_url: 'https://id.matrix.test/' };
const delivery = { email: [{ type: 'smtp', host: 'mail.matrix.test', from: 'Gangway <id@matrix.test>' }] };

describe('phone numbers from Telegram', () => {
  it.each(['off', 'ask', 'on'] as const)('accept the mode %s', (mode) => {
    expect(load(written({ threepids: { from_telegram: mode } })).config.threepids.fromTelegram).toBe(mode);
  });

  it('are offered, bound nowhere, and checked every quarter of an hour by default', () => {
    const ordinary = { fromTelegram: 'ask', publishesFromTelegram: false, telegramCheckMs: 900_000 };
    expect(load(written()).config.threepids).toMatchObject(ordinary);
    const threepids = { from_telegram_bind: true, telegram_check_minutes: 1 };
    const other = { publishesFromTelegram: true, telegramCheckMs: 60_000 };
    expect(load(written({ identity, delivery, threepids })).config.threepids).toMatchObject(other);
  });

  it.each([
    ['from_telegram', true, /one of off, ask, on/],
    ['from_telegram', 'yes', /one of off, ask, on/],
    ['from_telegram_bind', 'on', /true or false/],
    ['telegram_check_minutes', 0, /from 1 to 10080/],
  ])('are rejected if %s is %s', (key, value, message) => {
    const { problems } = inspect(written({ threepids: { [key]: value } }));
    expect(problems.map(({ path }) => path)).toEqual([`threepids.${key}`]);
    expect(problems[0]?.message).toMatch(message);
  });

  it.each([
    [{ accounts: { mode: 'off' }, threepids: { from_telegram: 'on' } }, 'from_telegram', /accounts\.mode is off/],
    [{ threepids: { from_telegram_bind: true } }, 'from_telegram_bind', /identity\.enabled is false/],
    [
      { identity, delivery, threepids: { from_telegram: 'off', from_telegram_bind: true } },
      'from_telegram_bind',
      /from_telegram is off/,
    ],
  ])('get a warning if they have no effect: %j', (changes, key, message) => {
    const { problems, warnings } = inspect(written(changes));
    expect(problems).toEqual([]);
    expect(warnings.map(({ path }) => path)).toEqual([`threepids.${key}`]);
    expect(warnings[0]?.message).toMatch(message);
  });

  it('get no warning if they are valid', () => {
    const changes = { identity, delivery, threepids: { from_telegram: 'on', from_telegram_bind: true } };
    expect(inspect(written(changes)).warnings).toEqual([]);
  });
});
