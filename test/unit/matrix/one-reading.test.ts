import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOfOneReading } from '../../../src/matrix/one-reading.js';

const names = ['identifier', 'user', 'type', 'password', 'address', 'session', 'client_secret', 'clientSecret', 'sid'];
const respelled = fc
  .tuple(fc.constantFrom(...names), fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }))
  .map(([name, caps]) =>
    Array.from(name, (letter, index) => {
      if (!caps[index]) return letter;
      return letter === 's' && index % 2 === 0 ? 'ſ' : letter.toUpperCase();
    }).join(''),
  );

/**
 * The members of an object as Go's encoding/json reads them: names in any case, the last one
 * counts.
 */
function readAsGo(json: string): Record<string, unknown> {
  const members = Object.entries(JSON.parse(json) as Record<string, unknown>);
  return Object.fromEntries(
    members.map(([name, value]) => [
      names.find((known) => known.toUpperCase() === name.toUpperCase()) ?? name,
      typeof value === 'object' && value !== null ? readAsGo(JSON.stringify(value)) : value,
    ]),
  );
}

describe('a body for a homeserver', () => {
  it('is read in the same way by parsers that ignore case', () => {
    const plain = { identifier: { user: 'read', type: 'm.id.user' }, password: 'read', auth: { session: 'read' } };
    fc.assert(
      fc.property(respelled, (name) => {
        const odd = names.includes(name) ? {} : { [name]: 'unread' };
        const body = { ...plain, identifier: { ...plain.identifier, ...odd }, auth: { ...plain.auth, ...odd }, ...odd };
        expect(readAsGo(jsonOfOneReading(body))).toEqual(plain);
      }),
    );
  });

  it('keeps every other member, at any depth', () => {
    const body = {
      user: 'a',
      'org.example.User': 1,
      nested: [{ displayName: 'b', threePidCreds: { clientSecret: 'c' } }],
    };
    expect(JSON.parse(jsonOfOneReading(body))).toEqual(body);
  });
});
