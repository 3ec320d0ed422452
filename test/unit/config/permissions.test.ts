import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMxid, type Mxid } from '../../../src/base/mxid.js';
import { createPermissions, findPermissionLevel, permissionLevels } from '../../../src/config/permissions.js';

function mxid(text: string): Mxid {
  const parsed = parseMxid(text);
  if (!parsed) throw new Error(`${text} is no Matrix ID`);
  return parsed;
}

const permissions = (map: Record<string, string>) => createPermissions(new Map(Object.entries(map)));

describe('the permission of a user', () => {
  it('comes from the exact Matrix ID first', () => {
    const all = permissions({ '*': 'admin', 'a.test': 'full', '@u:a.test': 'puppeting' });
    expect(all.levelOf(mxid('@u:a.test'))).toEqual({
      because: 'user',
      key: '@u:a.test',
      level: 'user',
      written: 'puppeting',
    });
  });

  it('comes from the server name if no line matches the user', () => {
    const all = permissions({ '*': 'admin', 'a.test': 'full', '@u:a.test': 'puppeting' });
    expect(all.levelOf(mxid('@v:a.test'))).toMatchObject({
      because: 'domain',
      key: 'a.test',
      level: 'user',
      written: 'full',
    });
  });

  it('comes from * if no line matches the user or the server', () => {
    const all = permissions({ '*': 'admin', 'a.test': 'full' });
    expect(all.levelOf(mxid('@v:b.test'))).toMatchObject({ because: 'everyone', key: '*', level: 'admin' });
  });

  it('is none if no line matches', () => {
    expect(permissions({ 'a.test': 'full' }).levelOf(mxid('@v:b.test'))).toEqual({
      because: 'no_entry',
      level: 'block',
    });
  });

  it('can be removed by a more specific line', () => {
    const all = permissions({ '*': 'user', 'a.test': 'commands', '@u:b.test': 'block' });
    expect(all.mayLogIn(mxid('@u:a.test'))).toBe(false);
    expect(all.mayLogIn(mxid('@u:b.test'))).toBe(false);
    expect(all.mayLogIn(mxid('@v:b.test'))).toBe(true);
  });

  it('is case-sensitive', () => {
    const all = permissions({ '@u:a.test': 'full', 'b.test': 'full' });
    expect(all.mayLogIn(mxid('@U:a.test'))).toBe(false);
    expect(all.mayLogIn(mxid('@u:B.test'))).toBe(false);
  });

  it('counts a port as part of the server name', () => {
    const all = permissions({ 'a.test:8448': 'full', 'b.test': 'full' });
    expect(all.mayLogIn(mxid('@u:a.test:8448'))).toBe(true);
    expect(all.mayLogIn(mxid('@u:a.test'))).toBe(false);
    expect(all.mayLogIn(mxid('@u:b.test:8448'))).toBe(false);
  });

  it('supports no patterns', () => {
    const all = permissions({ '*:a.test': 'full', '@*:a.test': 'full', '*.test': 'full', '@u': 'full' });
    expect(all.levelOf(mxid('@u:a.test')).because).toBe('no_entry');
  });

  it('does not come from the prototype of an object', () => {
    const all = permissions({ '*': 'full' });
    expect(all.levelOf(mxid('@u:constructor'))).toMatchObject({ because: 'everyone' });
  });

  it.each([
    // Today's levels.
    ['block', 'block', false],
    ['relay', 'relay', false],
    ['commands', 'commands', false],
    ['user', 'user', true],
    ['User', 'user', true],
    ['admin', 'admin', true],
    // The levels of older versions of mautrix-telegram.
    ['relaybot', 'relay', false],
    ['puppeting', 'user', true],
    ['full', 'user', true],
    ['Full', 'user', true],
    // Unknown levels.
    ['', 'none', false],
    ['0', 'none', false],
    ['constructor', 'none', false],
  ])('of the level %o is that of %o, and lets the user log in: %o', (written, level, expected) => {
    expect(findPermissionLevel(written) ?? 'none').toBe(level);
    expect(permissions({ '*': written }).mayLogIn(mxid('@u:a.test'))).toBe(expected);
  });

  it('is the current bridge’s in a map that was copied from it', () => {
    const copied = permissions({ '*': 'relay', 'a.test': 'user', '@root:a.test': 'admin', '@guest:a.test': 'block' });
    const who = ['@root:a.test', '@u:a.test', '@guest:a.test', '@u:b.test'];
    expect(who.map((user) => copied.mayLogIn(mxid(user)))).toEqual([true, true, false, false]);
  });

  it('does not change with lines about other users', () => {
    const level = fc.constantFrom(...permissionLevels, 'unknown');
    const others = fc.dictionary(
      fc.constantFrom('@v:a.test', 'b.test', '@u:b.test', 'A.test', '@U:a.test', 'test'),
      level,
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('@u:a.test', 'a.test', '*'), level), others, (own, other) => {
        const user = mxid('@u:a.test');
        expect(permissions({ ...other, ...own }).levelOf(user)).toEqual(permissions(own).levelOf(user));
      }),
    );
  });
});
