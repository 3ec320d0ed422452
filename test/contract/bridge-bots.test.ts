import { describe, expect, it } from 'vitest';
import { whoamiAnswer } from '../../src/bridge/bridge-answers.js';

const phone = '+441632960123';
const manual = { is_bot: false, login_method: 'manual' };

function isBotIn(info: object | undefined, profile: object | null): boolean | undefined {
  const state = { state_event: 'CONNECTED', timestamp: 1, ...(info && { info }) };
  const login = { id: '700020123', name: 'a login', profile, state };
  const whoami = { bridge_bot: '@bot:example.test', command_prefix: '!tg', logins: [login] };
  return whoamiAnswer.parse(whoami).logins[0]?.isBot;
}

describe('a login at the bridge', () => {
  it.each([
    ['a bot, according to the bridge', { is_bot: true, login_method: 'bot' }, { username: 'any' }, true],
    ['a user, according to the bridge', { is_bot: false, login_method: 'phone' }, { username: 'sand_bot' }, false],
    ['a bot of the flow manual', manual, { username: 'sand_bot', name: 'Sand' }, true],
    ['a bot of the flow manual, in capitals', manual, { username: 'SandBot' }, true],
    ['a user of the flow manual', manual, { phone, username: 'sand' }, false],
    ['a user whose name ends like a bot’s', manual, { phone, username: 'notabot' }, false],
    ['a bot after a start of the bridge', undefined, { username: 'sand_bot' }, true],
    ['a user after a start of the bridge', undefined, { phone }, false],
    ['unknown if the profile is empty', manual, {}, undefined],
    ['unknown if there is no profile', undefined, null, undefined],
    ['unknown if the phone number is empty', manual, { phone: '', username: 'sand' }, undefined],
  ])('is %s', (_, info, profile, expected) => {
    expect(isBotIn(info, profile)).toBe(expected);
  });
});
