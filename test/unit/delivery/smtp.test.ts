import { afterEach, describe, expect, it } from 'vitest';
import type { SMTPServerOptions } from 'smtp-server';
import { systemClock, type Clock } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { sanitizeUntrustedText, type UntrustedText } from '../../../src/base/untrusted-text.js';
import { ChannelError } from '../../../src/delivery/channel.js';
import { createMessenger } from '../../../src/delivery/create-messenger.js';
import type { Message, Messenger } from '../../../src/delivery/messenger.js';
import { createSmtpChannel, type SmtpDeps } from '../../../src/delivery/smtp.js';
import { createTemplates } from '../../../src/delivery/templates.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { homeCertificate, otherCertificate, testAuthority } from '../../support/certificates.js';
import { startMailServer } from '../../support/mail-server.js';
import { emailInvite, emailValidation } from '../../support/messages.js';
import { createRecordingLogger } from '../../support/recording-logger.js';
import { startSilentServer } from '../../support/silent-server.js';

const after: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of after.splice(0).reverse()) await undo();
});

function mailer(port: number, overrides: Partial<SmtpDeps> = {}, clock: Clock = systemClock) {
  const channel = createSmtpChannel({
    host: '127.0.0.1',
    port,
    security: 'none',
    from: { name: 'Gangway', address: 'gangway@example.test' },
    templates: createTemplates({ service: 'id.example.test' }),
    ...overrides,
  });
  const logger = createRecordingLogger();
  const messenger = createMessenger({ email: [channel], phone: [], clock, logger });
  after.push(() => messenger.close());
  return { messenger, logger };
}

async function serverAndMailer(options: SMTPServerOptions = {}, overrides: Partial<SmtpDeps> = {}) {
  const server = await startMailServer(options);
  after.push(() => server.stop());
  return { server, ...mailer(server.port, overrides) };
}

async function failureOf(messenger: Messenger, message: Message = emailValidation()) {
  const error: unknown = await messenger.send(message).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error) || !('details' in error)) throw new Error('it was sent');
  return { details: error.details, cause: error.cause };
}

const withTls: SMTPServerOptions = { ...homeCertificate, disabledCommands: ['AUTH'] };
const password = new Secret('correct horse battery staple');
const withPassword: SMTPServerOptions = {
  disabledCommands: ['STARTTLS'],
  authOptional: false,
  authMethods: ['PLAIN'],
  allowInsecureAuth: true,
  onAuth: ({ username, password: given }, _session, done) =>
    username === 'gangway' && given === password.reveal() ? done(null, { user: 'gangway' }) : done(new Error('No.')),
};

describe('mail over SMTP', () => {
  const eightBit = 'jörg@example.test';

  it.each([
    ['jörg@example.test', {}, 'taken'],
    ['甲@example.test', {}, 'taken'],
    ['alice@bücher.test', {}, 'taken'],
    ['jörg@example.test', { hideSMTPUTF8: true }, 'address_unreachable'],
    ['甲@example.test', { hideSMTPUTF8: true }, 'address_unreachable'],
    ['alice@bücher.test', { hideSMTPUTF8: true }, 'taken'],
    ['alice@example.test', { hideSMTPUTF8: true }, 'taken'],
  ])('is sent to %s only in the form that the server accepts: %o', async (to, options, outcome) => {
    const { server, messenger } = await serverAndMailer(options);
    if (outcome === 'taken') {
      await messenger.send(emailValidation({ to }));
      const { to: taken } = await server.next();
      expect(taken).toHaveLength(1);
      expect(taken[0]).toContain(to.slice(0, to.indexOf('@')));
    } else {
      const { details, cause } = await failureOf(messenger, emailValidation({ to }));
      expect(details).toEqual({ kind: outcome });
      expect(String(cause)).toContain('does not offer SMTPUTF8');
      expect(server.taken).toEqual([]);
    }
  });

  it('detects SMTPUTF8 after STARTTLS, and is not delayed by a server that does not answer', async () => {
    const tls = { security: 'starttls', certificateAuthorities: [testAuthority] } as const;
    const { server, messenger } = await serverAndMailer(withTls, tls);
    await messenger.send(emailValidation({ to: eightBit }));
    expect((await server.next()).secure).toBe(true);
    const silent = await startSilentServer();
    after.push(() => silent.stop());
    const clock = createFakeClock();
    const failure = failureOf(mailer(silent.port, {}, clock).messenger, emailValidation({ to: eightBit }));
    await silent.firstTaken;
    await clock.advance(60_000);
    expect(await failure).toMatchObject({ details: { kind: 'channel_down' } });
    await silent.allClosed();
  });

  it('contains the link and token of a validation', async () => {
    const { server, messenger } = await serverAndMailer();
    await messenger.send(emailValidation());
    const { mail, from, to, secure } = await server.next();
    expect({ from, to, secure }).toEqual({ from: 'gangway@example.test', to: ['alice@example.test'], secure: false });
    expect(mail.from).toMatchObject({ name: 'Gangway', address: 'gangway@example.test' });
    expect(mail.to).toEqual([{ name: '', address: 'alice@example.test' }]);
    expect(mail.subject).toBe('Confirm your e-mail address');
    expect(mail.text).toContain(emailValidation().link.reveal());
    expect(mail.text).toContain('abcDEF123');
    expect(mail.text).toContain('24 hours');
    expect(mail.html).toContain(
      'href="https://id.example.test/submit?sid=1&#38;token=abcDEF123&#38;client_secret=monkeys"',
    );
    expect(mail.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
    expect(mail.headers.map(({ key }) => key)).not.toContain('x-mailer');
  });

  it('contains invites', async () => {
    const { server, messenger } = await serverAndMailer();
    await messenger.send(emailInvite());
    const { mail } = await server.next();
    expect(mail.subject).toBe('Bob invites you to The garden');
    expect(mail.text).toContain('Bob (@bob:example.test) invites you to the room "The garden"');
    expect(mail.text).toContain(emailInvite().link.reveal());
  });

  it('is sent over few connections', async () => {
    let connections = 0;
    const onConnect: SMTPServerOptions['onConnect'] = (_session, done) => {
      connections += 1;
      done();
    };
    const { server, messenger } = await serverAndMailer({ onConnect });
    await Promise.all(Array.from({ length: 20 }, () => messenger.send(emailValidation())));
    expect(server.taken).toHaveLength(20);
    expect(connections).toBeLessThanOrEqual(3);
  });

  it('is also sent after the server has closed the connection', async () => {
    let closed: () => void = () => undefined;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const { server, messenger } = await serverAndMailer({ socketTimeout: 1000, onClose: () => closed() });
    await messenger.send(emailValidation());
    await isClosed;
    await messenger.send(emailValidation());
    expect(server.taken).toHaveLength(2);
  });

  it('is sent to addresses that are not ASCII', async () => {
    const { server, messenger } = await serverAndMailer();
    await messenger.send(emailValidation({ to: 'jürgen@straße.test' }));
    expect((await server.next()).mail.to).toEqual([{ name: '', address: 'jürgen@straße.test' }]);
  });
});

describe('encryption of mail', () => {
  it.each(['starttls', 'opportunistic'] as const)('%s: encrypts before it sends a command', async (security) => {
    const { server, messenger } = await serverAndMailer(withTls, { security, certificateAuthorities: [testAuthority] });
    await messenger.send(emailValidation());
    expect((await server.next()).secure).toBe(true);
  });

  it('tls: encrypts from the start', async () => {
    const { server, messenger } = await serverAndMailer(
      { ...withTls, secure: true },
      { security: 'tls', certificateAuthorities: [testAuthority] },
    );
    await messenger.send(emailValidation());
    expect((await server.next()).secure).toBe(true);
  });

  it('none: does not encrypt even if the server supports it', async () => {
    const { server, messenger } = await serverAndMailer(withTls, { security: 'none' });
    await messenger.send(emailValidation());
    expect((await server.next()).secure).toBe(false);
  });

  it('starttls: rejects a server without encryption', async () => {
    const { server, messenger } = await serverAndMailer({}, { security: 'starttls' });
    expect(await failureOf(messenger)).toMatchObject({
      details: { kind: 'channel_down' },
      cause: { problem: 'settings_refused' },
    });
    expect(server.taken).toEqual([]);
  });

  it('opportunistic: continues without encryption if the server does not support it', async () => {
    const { server, messenger } = await serverAndMailer({}, { security: 'opportunistic' });
    await messenger.send(emailValidation());
    expect((await server.next()).secure).toBe(false);
  });

  it.each([
    { what: 'an untrusted authority', options: withTls, overrides: {} },
    {
      what: 'the name of another server',
      options: { ...withTls, ...otherCertificate },
      overrides: { certificateAuthorities: [testAuthority] },
    },
  ])('starttls: rejects a certificate with $what', async ({ options, overrides }) => {
    const { server, messenger } = await serverAndMailer(options, { security: 'starttls', ...overrides });
    expect((await failureOf(messenger)).details).toEqual({ kind: 'channel_down' });
    expect(server.taken).toEqual([]);
  });

  it('opportunistic: accepts any certificate', async () => {
    const { server, messenger } = await serverAndMailer(
      { ...withTls, ...otherCertificate },
      { security: 'opportunistic' },
    );
    await messenger.send(emailValidation());
    expect((await server.next()).secure).toBe(true);
  });
});

describe('logging in to the mail server', () => {
  const credentials = { user: 'gangway', password };

  it('logs in', async () => {
    const { server, messenger } = await serverAndMailer(withPassword, { credentials });
    await messenger.send(emailValidation());
    expect((await server.next()).user).toBe('gangway');
  });

  it('logs an error for a wrong password, without the password', async () => {
    const wrong = { user: 'gangway', password: new Secret('hunter2hunter2') };
    const { messenger, logger } = await serverAndMailer(withPassword, { credentials: wrong });
    expect((await failureOf(messenger)).details).toEqual({ kind: 'channel_down' });
    const { fields } = await logger.line('delivery channel down');
    expect(fields).toMatchObject({ channel: 'email[0] smtp', problem: 'credentials_refused' });
    expect(JSON.stringify(logger.lines)).not.toMatch(/hunter2|aHVudGVy/);
  });

  it('sends nothing without a login if the server does not offer one', async () => {
    const { server, messenger } = await serverAndMailer({}, { credentials });
    expect(await failureOf(messenger)).toMatchObject({ cause: { problem: 'credentials_refused' } });
    expect(server.taken).toEqual([]);
  });

  it('rejects a password together with encryption that an attacker can disable', () => {
    expect(() => mailer(25, { credentials, security: 'opportunistic' })).toThrow(
      expect.objectContaining({ details: { kind: 'password_needs_tls' } }),
    );
  });

  it('logs an error if the server requires a password and none is configured', async () => {
    const { messenger } = await serverAndMailer(withPassword);
    expect(await failureOf(messenger)).toMatchObject({ details: { kind: 'channel_down' } });
  });
});

/** The server's reply to a command. */
function saying(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

describe('refusals of mail', () => {
  const toRcpt = (error: Error): SMTPServerOptions => ({ onRcptTo: (_address, _session, done) => done(error) });
  const toMail = (error: Error): SMTPServerOptions => ({ onMailFrom: (_address, _session, done) => done(error) });
  const toData = (error: Error): SMTPServerOptions => ({
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => done(error));
    },
  });

  it.each([
    {
      said: '550 5.1.1 at RCPT',
      options: toRcpt(saying(550, '5.1.1 No such user here')),
      details: { kind: 'address_unknown' },
    },
    { said: '550 at RCPT', options: toRcpt(saying(550, 'No such user')), details: { kind: 'address_unknown' } },
    { said: '553 at RCPT', options: toRcpt(saying(553, 'Not allowed')), details: { kind: 'address_unknown' } },
    { said: '552 5.2.2 at RCPT', options: toRcpt(saying(552, '5.2.2 Full')), details: { kind: 'address_unreachable' } },
    { said: '550 5.7.1 at RCPT', options: toRcpt(saying(550, '5.7.1 No')), details: { kind: 'address_unreachable' } },
    ...[
      saying(554, '5.7.1 <alice@example.test>: Relay access denied'),
      saying(550, '5.7.1 <alice@example.test>... Relaying denied'),
      saying(550, 'relay not permitted'),
      saying(550, '5.7.54 SMTP; Unable to relay recipient in non-accepted domain'),
      saying(553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
    ].map((refusal) => ({
      said: `"${refusal.message}" at RCPT`,
      options: toRcpt(refusal),
      details: { kind: 'channel_down' },
    })),
    { said: '554 at RCPT', options: toRcpt(saying(554, 'No')), details: { kind: 'address_unreachable' } },
    {
      said: '450 at RCPT',
      options: toRcpt(saying(450, '4.2.0 Greylisted')),
      details: { kind: 'slow_down', retryAfterMs: 300_000 },
    },
    {
      said: '452 at DATA',
      options: toData(saying(452, 'Disk full')),
      details: { kind: 'slow_down', retryAfterMs: 300_000 },
    },
    { said: '554 at DATA', options: toData(saying(554, '5.6.0 Spam')), details: { kind: 'address_unreachable' } },
    { said: '421 at RCPT', options: toRcpt(saying(421, 'Closing')), details: { kind: 'channel_down' } },
    { said: '550 at MAIL', options: toMail(saying(550, 'Not from you')), details: { kind: 'channel_down' } },
    { said: '451 at MAIL', options: toMail(saying(451, 'Not now')), details: { kind: 'channel_down' } },
    { said: '530 at RCPT', options: toRcpt(saying(530, 'Log in')), details: { kind: 'channel_down' } },
  ])('$said is $details.kind', async ({ options, details }) => {
    const { messenger } = await serverAndMailer(options);
    expect((await failureOf(messenger)).details).toEqual(details);
  });

  it('uses no details from the name of the address', async () => {
    const { messenger } = await serverAndMailer(toRcpt(saying(550, '5.1.1 <relay@example.test>: User unknown')));
    const failure = await failureOf(messenger, emailValidation({ to: 'relay@example.test' }));
    expect(failure.details).toEqual({ kind: 'address_unknown' });
  });

  it('logs the server’s reply without the address', async () => {
    const refusal = saying(550, '5.7.1 <alice@example.test>: not for you, alice!');
    const { messenger, logger } = await serverAndMailer(toRcpt(refusal));
    await failureOf(messenger);
    expect((await logger.line('message rejected')).fields).toEqual({
      channel: 'email[0] smtp',
      what: 'email_validation',
      reason: 'address_unreachable',
      detail: 'EENVELOPE: RCPT TO: 550 5.7.1',
    });
    expect(JSON.stringify(logger.lines)).not.toContain('alice');
  });

  it('logs the server’s reply if it contains no address', async () => {
    const { messenger, logger } = await serverAndMailer(
      toMail(saying(550, '5.7.1 Sender not allowed: see help@mail.test')),
    );
    await failureOf(messenger);
    expect((await logger.line('delivery channel down')).fields).toMatchObject({
      problem: 'settings_refused',
      detail: 'EENVELOPE: MAIL FROM: 550 5.7.1 Sender not allowed: see …',
    });
  });
});

describe('an unavailable mail server', () => {
  it('is down if nothing listens', async () => {
    const { server, messenger } = await serverAndMailer();
    await server.stop();
    const { details, cause } = await failureOf(messenger);
    expect(details).toEqual({ kind: 'channel_down' });
    expect(cause).toBeInstanceOf(ChannelError);
    expect(cause).toMatchObject({ problem: 'no_connection', detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('is down after a time limit if it accepts connections and sends nothing, and the connection is closed', async () => {
    const silent = await startSilentServer();
    after.push(() => silent.stop());
    const { messenger } = mailer(silent.port, { deadlineMs: 50 });
    expect(await failureOf(messenger)).toMatchObject({
      details: { kind: 'channel_down' },
      cause: { problem: 'no_answer' },
    });
    await silent.allClosed();
  });

  it('is down after a time limit if it stops in the middle, and the next message gets a new connection', async () => {
    let reached: () => void = () => undefined;
    const isReached = new Promise<void>((resolve) => (reached = resolve));
    let isSilent = true;
    const onRcptTo: SMTPServerOptions['onRcptTo'] = (_address, _session, done) => {
      if (isSilent) reached();
      else done();
    };
    const server = await startMailServer({ onRcptTo });
    after.push(() => server.stop());
    const clock = createFakeClock();
    const { messenger } = mailer(server.port, { deadlineMs: 20_000 }, clock);
    const failure = failureOf(messenger);
    await isReached;
    await clock.advance(20_000);
    expect(await failure).toMatchObject({ cause: { problem: 'no_answer' } });
    isSilent = false;
    await messenger.send(emailValidation());
    expect(server.taken).toHaveLength(1);
  });
});

describe('a message that was not accepted in time', () => {
  it.each([
    { stage: 'RCPT', mayHaveSent: false },
    { stage: 'DATA', mayHaveSent: true },
  ])('may be delivered if the server stopped answering after $stage: $mayHaveSent', async ({ stage, mayHaveSent }) => {
    let reached: () => void = () => undefined;
    const isReached = new Promise<void>((resolve) => (reached = resolve));
    const server = await startMailServer(
      stage === 'RCPT'
        ? { onRcptTo: () => reached() }
        : { onData: (stream) => void stream.on('end', () => reached()).resume() },
    );
    after.push(() => server.stop());
    const clock = createFakeClock();
    const { messenger } = mailer(server.port, { deadlineMs: 20_000 }, clock);
    const failure = messenger.send(emailValidation()).catch((error: unknown) => error);
    await isReached;
    await clock.advance(20_000);
    expect(await failure).toMatchObject({ mayHaveSent });
  });

  it('is not delivered if the server has refused it', async () => {
    const { messenger } = await serverAndMailer({
      onData: (stream, _session, done) => void stream.on('end', () => done(saying(554, 'Spam'))).resume(),
    });
    await expect(messenger.send(emailValidation())).rejects.toMatchObject({ mayHaveSent: false });
  });
});

describe('hostile names and addresses', () => {
  it('keeps names within their header and their position', async () => {
    const { server, messenger } = await serverAndMailer();
    await messenger.send(
      emailInvite({
        // Without sanitizing.
        senderDisplayName: 'Eve\r\nBcc: victim@example.test\r\n\r\nHello' as UntrustedText,
        roomName: sanitizeUntrustedText('<script>alert(1)</script>', 30),
      }),
    );
    const { mail, raw, to } = await server.next();
    expect(to).toEqual(['alice@example.test']);
    expect(raw.slice(0, raw.indexOf('\r\n\r\n'))).not.toMatch(/^bcc:/im);
    expect(mail.bcc).toBeUndefined();
    expect(mail.subject).toBe('Eve Bcc: victim@example.test Hello invites you to <script>alert(1)</script>');
    expect(mail.html).toContain('<strong>&#60;script&#62;alert(1)&#60;/script&#62;</strong>');
    expect(mail.html).not.toContain('<script>');
  });

  it.each([
    'victim@example.test, other@example.test',
    'a,b@example.test',
    '"a b"@example.test',
    'a@example.test\r\nRCPT TO:<b@example.test>',
    'group:a@example.test;',
    'Name <a@example.test>',
    'a(comment)@example.test',
    'a@[127.0.0.1]',
    'a@b@example.test',
    'a\u0000@example.test',
    'a\u202e@example.test',
    '@example.test',
    'a@',
    'a',
    '',
  ])('sends nothing to %j', async (to) => {
    const { server, messenger } = await serverAndMailer();
    expect((await failureOf(messenger, emailValidation({ to }))).details).toEqual({ kind: 'address_unknown' });
    expect(server.taken).toEqual([]);
  });
});
