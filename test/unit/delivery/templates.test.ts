import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sanitizeUntrustedText } from '../../../src/base/untrusted-text.js';
import { builtInTemplates } from '../../../src/delivery/built-in-templates.js';
import { loadTemplates } from '../../../src/delivery/load-templates.js';
import { createTemplates } from '../../../src/delivery/templates.js';
import { problemsOf } from '../../../src/delivery/try-templates.js';
import { emailInUse, emailInvite, emailValidation, phoneValidation } from '../../support/messages.js';

const service = 'id.example.test';

describe('the built-in templates', () => {
  it('have no problems', () => {
    expect(problemsOf(builtInTemplates)).toEqual([]);
  });

  it('contain the lifetime of links', () => {
    const { mail } = createTemplates({ service });
    const words = (expiresInMs: number) => /good for ([^.]+)\./.exec(mail(emailValidation({ expiresInMs })).text)?.[1];
    expect([1000, 60_000, 600_000, 5_400_000, 7_200_000, 86_400_000, 259_200_000].map(words)).toEqual([
      '1 minute',
      '1 minute',
      '10 minutes',
      '90 minutes',
      '2 hours',
      '24 hours',
      '3 days',
    ]);
  });

  it('render invites without unknown names', () => {
    const { mail } = createTemplates({ service });
    const { subject, text, html } = mail(emailInvite({ senderDisplayName: undefined, roomName: undefined }));
    expect(subject).toBe('@bob:example.test invites you to a room on Matrix');
    expect(text).toContain('@bob:example.test invites you to a room on Matrix');
    expect(html).toContain('<strong>@bob:example.test</strong> invites you to a room on Matrix');
  });

  it('name the service in a message about an address in use, and contain no link', () => {
    const { subject, text, html } = createTemplates({ service }).mail(emailInUse());
    expect(subject).toBe('Someone tried to add your e-mail address');
    expect(text).toContain('someone asked id.example.test to add this e-mail address');
    expect(html).toContain('<strong>id.example.test</strong>');
    expect(`${text}${html}`).not.toMatch(/href|https?:/);
  });

  it('show the inviting user, with any display name', () => {
    const { mail } = createTemplates({ service });
    const { text, html } = mail(emailInvite({ senderDisplayName: sanitizeUntrustedText('@admin:example.test', 20) }));
    expect(text).toContain('@admin:example.test (@bob:example.test)');
    expect(html).toContain('(@bob:example.test)');
  });
});

describe('templates of the admin', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gangway-templates-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function put(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  }

  const validation = {
    'validation.subject.eta': 'Welcome to <%= it.service %>',
    'validation.txt.eta': 'Open <%= it.link %>\nSoon!',
    'validation.html.eta': '<a href="<%= it.link %>">Open</a>',
  };

  async function problems() {
    const error: unknown = await loadTemplates({ folder, service }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: { kind: 'templates_unusable', folder } });
    return (error as { readonly details: { readonly problems: readonly unknown[] } }).details.problems;
  }

  it('replace the built-in ones, message by message', async () => {
    await put(validation);
    const { mail, code } = await loadTemplates({ folder, service });
    expect(mail(emailValidation())).toEqual({
      subject: 'Welcome to id.example.test',
      text: `Open ${emailValidation().link.reveal()}\nSoon!`,
      html: `<a href="${emailValidation().link.reveal().replaceAll('&', '&#38;')}">Open</a>`,
    });
    expect(mail(emailInvite()).subject).toBe('Bob invites you to The garden');
    expect(code(phoneValidation())).toContain('123456');
  });

  it('replace the text of codes', async () => {
    await put({ 'code.txt.eta': '\n<%= it.code %>!\n' });
    const { code } = await loadTemplates({ folder, service });
    expect(code(phoneValidation())).toBe('123456!');
  });

  it('have brands, with the default for missing ones', async () => {
    await put({
      ...validation,
      'blue/invite.subject.eta': 'Blue',
      'blue/invite.txt.eta': '<%= it.link %>',
      'blue/invite.html.eta': '<%= it.link %>',
      'blue/in-use.subject.eta': 'Blue is taken',
      'blue/in-use.txt.eta': '<%= it.to %>',
      'blue/in-use.html.eta': '<%= it.to %>',
    });
    const { mail } = await loadTemplates({ folder, service });
    const subjects = (brand: string | undefined) => [
      mail(emailValidation({ brand })).subject,
      mail(emailInvite({ brand })).subject,
    ];
    expect(mail(emailInUse({ brand: 'blue' })).subject).toBe('Blue is taken');
    expect(subjects('blue')).toEqual(['Welcome to id.example.test', 'Blue']);
    for (const brand of [undefined, '', 'red', 'BLUE', 'blue/', '../blue', '.', '__proto__', 'constructor']) {
      expect(subjects(brand)).toEqual(['Welcome to id.example.test', 'Bob invites you to The garden']);
    }
  });

  it('escape for their output format', async () => {
    await put({
      'invite.subject.eta': '<%= it.roomName %>\nSecond line',
      'invite.txt.eta': '<%= it.link %> <%= it.roomName %>',
      'invite.html.eta': '<%= it.link %> <b title="<%= it.roomName %>"></b>',
    });
    const { mail } = await loadTemplates({ folder, service });
    const { subject, text, html } = mail(emailInvite({ roomName: sanitizeUntrustedText(`<&"'>`, 30) }));
    expect(subject).toBe(`<&"'> Second line`);
    expect(text).toContain(`<&"'>`);
    expect(html).toContain('<b title="&#60;&#38;&#34;&#39;&#62;">');
  });

  it('write nothing for unknown names', async () => {
    await put({
      'invite.subject.eta': 'From [<%= it.senderDisplayName %>]',
      'invite.txt.eta': '<%= it.link %>',
      'invite.html.eta': '<%= it.link %>',
    });
    const { mail } = await loadTemplates({ folder, service });
    expect(mail(emailInvite({ senderDisplayName: undefined })).subject).toBe('From []');
  });

  it.each([
    {
      what: 'a missing companion',
      files: { 'validation.txt.eta': '<%= it.link %>', 'validation.subject.eta': 'x' },
      file: 'validation.html.eta',
      problem: 'It is missing. validation.subject.eta and validation.txt.eta requires it. Add it.',
    },
    {
      what: 'a file with another name',
      files: { 'validation.eta': 'x' },
      file: 'validation.eta',
      problem: expect.stringContaining('There is no template with this name.'),
    },
    {
      what: 'a tag that is not closed',
      files: { ...validation, 'validation.txt.eta': '<%= it.link' },
      file: 'validation.txt.eta',
      problem: expect.stringMatching(/^It fails: unclosed tag at line 1/),
    },
    {
      what: 'invalid JavaScript',
      files: { ...validation, 'validation.txt.eta': '<% if ( { %> <%= it.link %>' },
      file: 'validation.txt.eta',
      problem: expect.stringMatching(/^It fails: Unexpected token/),
    },
    {
      what: 'an unknown name',
      files: { ...validation, 'validation.html.eta': '<%= it.link %> <%= it.user %>' },
      file: 'validation.html.eta',
      problem: 'It fails: there is no it.user.',
    },
    {
      what: 'an included file',
      files: { 'code.txt.eta': '<%~ include("/etc/passwd") %> <%= it.code %>' },
      file: 'code.txt.eta',
      problem: expect.stringContaining('It fails: Failed to get template'),
    },
    {
      what: 'neither link nor token',
      files: { ...validation, 'validation.html.eta': 'Hello' },
      file: 'validation.html.eta',
      problem: 'It does not write it.link or it.token. Add it.',
    },
    {
      what: 'no code',
      files: { 'code.txt.eta': 'Hello' },
      file: 'code.txt.eta',
      problem: 'It does not write it.code. Add it.',
    },
    {
      what: 'no subject',
      files: { ...validation, 'validation.subject.eta': ' \n' },
      file: 'validation.subject.eta',
      problem: 'It renders an empty subject.',
    },
    {
      what: 'no text',
      files: { 'in-use.subject.eta': 'x', 'in-use.txt.eta': ' \n', 'in-use.html.eta': 'x' },
      file: 'in-use.txt.eta',
      problem: 'It renders an empty text.',
    },
    {
      what: 'an invite that fails without a name',
      files: {
        'invite.subject.eta': '<%= it.roomName.trim() %>',
        'invite.txt.eta': '<%= it.link %>',
        'invite.html.eta': '<%= it.link %>',
      },
      file: 'invite.subject.eta',
      problem: expect.stringContaining('It fails: Cannot read properties of undefined'),
    },
    {
      what: 'a brand with codes',
      files: { 'blue/code.txt.eta': '<%= it.code %>' },
      file: 'blue/code.txt.eta',
      problem: 'Templates of codes must not be in a brand.',
    },
    {
      what: 'a brand with an invalid name',
      files: { 'My Brand/invite.txt.eta': '' },
      file: 'My Brand',
      problem: 'The name of a brand may contain small letters, digits, - and _ only.',
    },
    {
      what: 'a folder in a brand',
      files: { 'blue/de/x': '' },
      file: 'blue/de',
      problem: 'A brand must not contain folders.',
    },
  ])('are rejected at start with $what', async ({ files, file, problem }) => {
    await put(files);
    expect(await problems()).toEqual([{ file, problem }]);
  });

  it('are rejected with all problems at once', async () => {
    await put({ ...validation, 'validation.txt.eta': '<%', 'validation.html.eta': '<%', 'notes.md': '' });
    expect(await problems()).toHaveLength(3);
  });

  it('are rejected if they cannot be read', async () => {
    await symlink(join(folder, 'nowhere'), join(folder, 'code.txt.eta'));
    expect(await problems()).toEqual([{ file: 'code.txt.eta', problem: 'It cannot be read: ENOENT.' }]);
  });

  it('are rejected if they are not UTF-8', async () => {
    await writeFile(join(folder, 'code.txt.eta'), Buffer.from([0xff, 0xfe]));
    expect(await problems()).toEqual([{ file: 'code.txt.eta', problem: 'It is not UTF-8. Save it as UTF-8.' }]);
  });

  it('are rejected if the folder does not exist', async () => {
    await rm(folder, { recursive: true });
    expect(await problems()).toEqual([{ file: '', problem: 'The folder cannot be read: ENOENT.' }]);
    await mkdir(folder);
  });

  it('may be next to backup files of editors', async () => {
    await put({ ...validation, '.validation.txt.eta.swp': 'x', 'validation.txt.eta~': 'x' });
    await expect(loadTemplates({ folder, service })).resolves.toBeDefined();
  });
});
