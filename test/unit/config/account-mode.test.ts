import { describe, expect, it } from 'vitest';
import { inspect, load, written } from './written-config.js';

const homeserver = { address: 'http://synapse:8008' };
const noMode = { mode: undefined };

describe('accounts.mode', () => {
  it.each([
    ['relay', { homeserver }],
    ['embedded', {}],
    ['off', {}],
    ['off', { homeserver }],
  ])('%s is valid with %j', (mode, changes) => {
    expect(load(written({ ...changes, accounts: { mode } })).config.accounts.mode).toBe(mode);
  });

  it('can be set in the environment too', () => {
    expect(load(written(), { GANGWAY_ACCOUNTS__MODE: 'off' }).config.accounts.mode).toBe('off');
  });

  it.each([
    ['relay', {}, /is missing.*requires the address/],
    ['embedded', { homeserver }, /must not be set.*Remove it, or write accounts\.mode: relay/],
  ])('%s is a problem with %j', (mode, changes, message) => {
    const { problems } = inspect(written({ ...changes, accounts: { mode } }));
    expect(problems).toEqual([
      expect.objectContaining({ path: 'homeserver.address', message: expect.stringMatching(message) }),
    ]);
  });
});

describe('a configuration from before accounts.mode existed', () => {
  it.each([
    ['no section', 'embedded', {}, undefined, '`accounts: { mode: embedded }`'],
    [
      'a section with another setting',
      'embedded',
      {},
      { well_known: 'drop', ...noMode },
      '`mode: embedded` in the section accounts',
    ],
    ['enabled accounts', 'embedded', {}, { enabled: true, ...noMode }, '`mode: embedded` in the section accounts'],
    ['a homeserver and no section', 'relay', { homeserver }, undefined, '`accounts: { mode: relay }`'],
    [
      'a homeserver and enabled accounts',
      'relay',
      { homeserver },
      { enabled: true, ...noMode },
      '`mode: relay` in the section accounts',
    ],
    ['disabled accounts', 'off', {}, { enabled: false, ...noMode }, '`mode: off` in the section accounts'],
    [
      'a homeserver and disabled accounts',
      'off',
      { homeserver },
      { enabled: false, ...noMode },
      '`mode: off` in the section accounts',
    ],
  ])('with %s gets the advice to write %s', (_, mode, changes, accounts, line) => {
    const { problems } = inspect(written({ ...changes, accounts }));
    const missing = problems.filter(({ path }) => path === 'accounts.mode');
    expect(missing.map(({ message }) => message)).toEqual([
      expect.stringContaining(`this configuration behaved as "${mode}". To keep that, write ${line}.`),
    ]);
    expect(missing[0]?.message.includes('If this server name has a homeserver')).toBe(mode === 'embedded');
    expect(problems.some(({ path }) => path === 'accounts.enabled')).toBe(
      accounts !== undefined && 'enabled' in accounts,
    );
  });

  it('gets the advice once if the section is empty', () => {
    const { problems } = inspect(written({ accounts: null }));
    expect(problems.map(({ path }) => path)).toEqual(['accounts.mode']);
  });
});
