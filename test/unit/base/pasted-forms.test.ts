import { describe, expect, it } from 'vitest';
import { readUser } from '../../../src/accounts/embedded/find-account.js';
import { readIdentifier } from '../../../src/accounts/read-identifier.js';
import { canonicalAddress } from '../../../src/base/canonical-address.js';
import type { ServerName } from '../../../src/base/mxid.js';
import { readPhoneNumber } from '../../../src/base/read-phone-number.js';
import { Secret } from '../../../src/base/secret.js';
import { readAddress } from '../../../src/identity/read-asked.js';
import { codeSent, decide } from '../../../src/login/machine.js';
import { readDestination } from '../../../src/threepid/destination.js';
import { readToken } from '../../../src/threepid/tokens.js';

/**
 * Pasted texts by their meaning. Every reader of that kind of input returns the same for all of
 * them.
 */
const phoneNumber = '447700900138';
const phones = [
  '+447700900138',
  '447700900138',
  '  +44 7700 900138\n',
  '\u2068+44 7700 900138\u2069',
  '\u202a+44 7700 900138\u202c',
  '\u200e+44 7700 900138',
  '\u200f+44-7700-900138\u200f',
  '\ufeff+447700900138',
  '+44\u00a07700\u00a0900138',
  '+44\u202f7700\u2009900138',
  '+44\u20117700\u2011900138',
  '+44–7700–900138',
  '+44 − 7700 900138',
  '+44.7700.900138',
  '+44/7700/900138',
  '+44 7700 900138.',
  '+44 7700 900138,',
  '"+44 7700 900138"',
  '“+44 7700 900138”',
  '<+44 7700 900138>',
  '`+447700900138`',
  '+44 (0)7700 900138',
  '+44(0) 7700-900138',
  '+44 （０）7700 900138',
  '+44 0 7700 900138',
  '+4407700900138',
  '0044 7700 900138',
  '00 44 (0)7700 900138',
  '+0044 7700 900138',
  '(+44) 7700 900138',
  '[+44] 7700 900138',
  '＋４４　７７００　９００１３８',
  '+٤٤ ٧٧٠٠ ٩٠٠١٣٨',
  '+۴۴ ۷۷۰۰ ۹۰۰۱۳۸',
  '+४४ ७७०० ९००१३८',
  '+৪৪ ৭৭০০ ৯০০১৩৮',
  '𝟜𝟜𝟟𝟟𝟘𝟘𝟡𝟘𝟘𝟙𝟛𝟠',
  'tel:+447700900138',
  'TEL:+44-7700-900138',
  '+44 77\u00ad00 900\u200b138',
  '+44\t7700\t900138',
];
const notPhones = [
  '',
  '+',
  '07700 900138',
  '(0)7700 900138',
  'call +447700900138',
  '+447700900138 ext. 5',
  '++447700900138',
];

const email = 'alice.b@example.com';
const emails = [
  'alice.b@example.com',
  ' Alice.B@Example.COM\n',
  '\u2068alice.b@example.com\u2069',
  'alice.b@example.com\u200b',
  'alice\u200e.b@example.com',
  'alice.b@exam\u00adple.com',
  '\ufeffalice.b@example.com',
  '\u00a0alice.b@example.com\u00a0',
  'ａｌｉｃｅ．ｂ＠ｅｘａｍｐｌｅ．ｃｏｍ',
  'alice.b@example。com',
  'mailto:alice.b@example.com',
  'MAILTO: alice.b@example.com',
  'alice.b@EXAMPLE.com\ufe0f',
];
const notEmails = ['', 'alice', 'alice b@example.com', '<alice@example.com>', 'a@b@c', '=?utf-8?q?alice?=@example.com'];

const code = '012345';
const codes = [
  '012345',
  ' 012345 ',
  '012345.',
  '012 345',
  '012-345',
  '012–345',
  '0 1 2 3 4 5',
  '\u2068012345\u2069',
  '\u202a012345\u202c',
  '012\u200b345',
  '012\u00a0345',
  '０１２３４５',
  '０１２３４５。',
  '٠١٢٣٤٥',
  '۰۱۲۳۴۵',
  '०१२३४५',
  '"012345"',
  '«012345»',
  '012345\ufeff',
  '`012345`',
];

const sentTo = readPhoneNumber('+9996621234');
if (!sentTo) throw new Error('that is a phone number');
const sent = { delivery: 'sms', length: 6, hint: null, nextDelivery: null, timeoutMs: null } as const;
const waitingForCode = codeSent(sentTo, new Secret('session'), { phoneCodeHash: new Secret('hash'), ...sent }, 0);

const token = '297900271:IXjeGEcAN61_z-HnjPgk';
const tokens = [
  '297900271:IXjeGEcAN61_z-HnjPgk',
  ' 297900271:IXjeGEcAN61_z-HnjPgk\r\n',
  '\u2068297900271:IXjeGEcAN61_z-HnjPgk\u2069',
  '297900271:IXjeGEc\u200bAN61_z-HnjPgk',
  '297900271: IXjeGEcAN61_z-HnjPgk',
  '297900271:IXjeGEcAN61\n_z-HnjPgk',
  '`297900271:IXjeGEcAN61_z-HnjPgk`',
  '２９７９００２７１：IXjeGEcAN61_z-HnjPgk',
  '٢٩٧٩٠٠٢٧١:IXjeGEcAN61_z-HnjPgk',
  '297900271:IXjeGEcAN61_z-HnjPgk.',
];

const userId = '@alice:example.test';
const users = [
  'alice',
  ' alice ',
  '@alice:example.test',
  '\u00a0@alice:example.test\n',
  '\u2068@alice:example.test\u2069',
  'alice\u200b',
  '\ufeffalice',
  'ａｌｉｃｅ',
  '＠ａｌｉｃｅ：example.test',
];

const identifierOf = (identifier: Record<string, unknown>) => {
  const read = readIdentifier({ identifier });
  return read.kind === 'address' ? canonicalAddress(read)?.address : readUser(read.user, 'example.test' as ServerName);
};

/** The readers of each kind of input, by their callers. */
const phoneReaders: Readonly<Record<string, (text: string) => string | undefined>> = {
  'a login to Telegram, in all dialects': (phone) => {
    const decision = decide(undefined, { kind: 'phone', phone }, 0);
    return decision.act === 'send_code' ? decision.phone.reveal().slice(1) : undefined;
  },
  'a request for a code': (address) => readDestination({ medium: 'msisdn', address }, []).address,
  'a request for a code, with another country': (address) =>
    readDestination({ medium: 'msisdn', address, country: address.includes('+') ? 'US' : 'ZZ' }, []).address,
  'a lookup, bind or unbind': (address) => readAddress({ medium: 'msisdn', address }).address,
  'a Matrix login by m.id.phone': (phone) => identifierOf({ type: 'm.id.phone', phone }),
  'a Matrix login by m.id.thirdparty': (address) =>
    identifierOf({ type: 'm.id.thirdparty', medium: 'msisdn', address }),
};
const emailReaders: Readonly<Record<string, (text: string) => string | undefined>> = {
  'a request for a link': (address) => readDestination({ medium: 'email', address }, []).address,
  'a lookup, bind, unbind or invite': (address) => readAddress({ medium: 'email', address }).address,
  'a Matrix login': (address) => identifierOf({ type: 'm.id.thirdparty', medium: 'email', address }),
};

function orNone(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

describe.each(Object.entries(phoneReaders))('a phone number for %s', (_door, read) => {
  it.each(phones)('is read in %j', (text) => {
    expect(read(text)).toBe(phoneNumber);
  });
  it.each(notPhones)('is not read in %j', (text) => {
    expect(orNone(() => read(text))).toBeUndefined();
  });
});

describe.each(Object.entries(emailReaders))('an e-mail address for %s', (_door, read) => {
  it.each(emails)('is read in %j', (text) => {
    expect(read(text)).toBe(email);
  });
  it.each(notEmails)('is not read in %j', (text) => {
    expect(orNone(() => read(text))).toBeUndefined();
  });
});

describe('a code', () => {
  it.each(codes)('is read in %j', (text) => {
    expect(readToken(new Secret(text)).reveal()).toBe(code);
    const decision = decide(waitingForCode, { kind: 'code', code: new Secret(text) }, 0);
    expect(decision.act === 'sign_in' && decision.code.reveal()).toBe(code);
  });
});

describe('a bot token', () => {
  it.each(tokens)('is read in %j', (text) => {
    const decision = decide(undefined, { kind: 'bot_token', token: new Secret(text) }, 0);
    expect(decision.act === 'sign_in_bot' && decision.token.reveal()).toBe(token);
  });
});

describe('a user name', () => {
  it.each(users)('is read in %j', (user) => {
    expect(identifierOf({ type: 'm.id.user', user })).toBe(userId);
    const old = readIdentifier({ user });
    expect(old.kind === 'user' && readUser(old.user, 'example.test' as ServerName)).toBe(userId);
  });
});
