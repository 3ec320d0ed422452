import { describe, expect, it } from 'vitest';
import { detailsOf, numberOf } from '../support/magic-logins.js';
import type { GatewayContext } from './telegram-gateway.js';

/** The users and chats that an account can find. */
export function describeContacts(context: GatewayContext): void {
  describe('an account', () => {
    it('has contacts, with their numbers', async () => {
      const connection = await context.logIn('9996610070');
      const [contact, ...others] = await connection.contacts();
      expect(contact).toMatchObject({ firstName: expect.any(String), lastName: expect.any(String), isBot: false });
      expect(contact?.phone?.reveal()).toBe('+9996610071');
      expect(others).toEqual([]);
    });

    it('has chats with users, in groups and channels, with the IDs of the Bot API', async () => {
      const connection = await context.logIn('9996610072');
      const [contact] = await connection.contacts();
      expect(await connection.chats()).toEqual([
        { id: contact?.id, title: `${contact?.firstName} ${contact?.lastName}` },
        { id: '-4242', title: 'Sandbox group' },
        { id: '-1000000004343', title: 'Sandbox channel' },
      ]);
    });

    it('finds users by username, in upper or lower case, and by number', async () => {
      const connection = await context.logIn('9996610074');
      const [contact] = await connection.contacts();
      const { username, ...known } = contact ?? expect.unreachable();
      const byName = await connection.findByUsername(username?.toUpperCase() ?? expect.unreachable());
      expect(byName).toEqual({ kind: 'user', user: { ...known, username, phone: null } });
      expect(await connection.findByPhone(numberOf('9996610075'))).toEqual(byName);
    });

    it('finds no user for an unknown name or number, and none in a channel', async () => {
      const connection = await context.logIn('9996610076');
      expect(await connection.findByUsername('no_such_user')).toEqual({ kind: 'not_found' });
      expect(await connection.findByUsername('sandbox_channel')).toEqual({ kind: 'no_user' });
      expect(await connection.findByPhone(numberOf('9996613100'))).toEqual({ kind: 'not_found' });
      expect(await connection.findByPhone(numberOf('4915112345'))).toEqual({ kind: 'not_found' });
    });

    it('searches contacts by name, and all users by username', async () => {
      const connection = await context.logIn('9996610078');
      const [contact] = await connection.contacts();
      const { id, lastName } = contact ?? expect.unreachable();
      expect((await connection.searchUsers(lastName ?? '')).map((user) => user.id)).toContain(id);
      const other = await (await context.logIn('9996610090')).getMe();
      const found = await connection.searchUsers(other.username ?? expect.unreachable());
      expect(found.map((user) => user.id)).toEqual([other.id]);
      expect(await connection.searchUsers('no_such_user')).toEqual([]);
    });
  });

  it('rejects all queries on a session without a user', async () => {
    const connection = await context.connect();
    const dead = { kind: 'session_dead', reason: 'revoked' };
    expect(await detailsOf(connection.contacts())).toEqual(dead);
    expect(await detailsOf(connection.chats())).toEqual(dead);
    expect(await detailsOf(connection.findByUsername('sandbox_channel'))).toEqual(dead);
    expect(await detailsOf(connection.searchUsers('anyone'))).toEqual(dead);
  });
}
