import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readBinding } from '../../../src/import/binding-writer.js';
import { readInvite } from '../../../src/import/invite-writer.js';
import { describeRefusal, type Content } from '../../../src/import/outcome.js';
import type { SourceRow } from '../../../src/import/part.js';
import { readBase64, readLogin } from '../../../src/import/telegram-login.js';

/** What a column of SQLite can hold, with texts that are almost right. */
const stored = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    '',
    'email',
    'msisdn',
    '@alice:example.test',
    'a@example.test',
    '!r:example.test',
    2,
  ),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);
const row = fc.record({ mxid: stored, medium: stored, address: stored, sender: stored, token: stored });

/** Each row is read or refused. What is printed of it has no control or surrogate characters. */
function expectReadOrRefused({ row: name, content }: SourceRow<unknown>): void {
  const printed = `${name} ${textOf(content)}`;
  expect(printed).toMatch(/^[^\p{Cc}\p{Cs}]+$/u);
}

function textOf(content: Content<unknown>): string {
  return content.kind === 'refused' ? describeRefusal(content.refusal) : content.kind;
}

it('any row of bindings is read or refused', () => {
  fc.assert(fc.property(row, (values) => expectReadOrRefused(readBinding(values, 'row 1', 0))));
});

it('any row of invites is read or refused', () => {
  fc.assert(
    fc.property(row, stored, stored, (values, roomId, publicKey) =>
      expectReadOrRefused(readInvite(values, 'row 1', { roomId, publicKey, createdAt: 0 })),
    ),
  );
});

it('any row of logins is read, refused or left out', () => {
  const login = fc.record({
    owner: stored,
    telegramUserId: stored,
    username: stored,
    name: stored,
    phone: stored,
    isBot: stored,
    dcId: stored,
    authKey: fc.oneof(stored.map(readBase64), fc.constantFrom(Buffer.alloc(256), Buffer.alloc(0))),
  });
  fc.assert(
    fc.property(login, (values) => {
      const read = readLogin(values, 'row 1', []);
      expectReadOrRefused(read);
      if (read.content.kind !== 'read') return;
      const { session, user } = read.content.value;
      expect(Buffer.from(session.authKey.reveal(), 'base64')).toHaveLength(256);
      expect(session.address).not.toBe('');
      expect(user.id).toMatch(/^[1-9]\d*$/);
    }),
  );
});
