import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMessenger } from '../../../src/delivery/create-messenger.js';
import { createFileChannel } from '../../../src/delivery/file.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { emailInUse, emailInvite, emailValidation, phoneValidation } from '../../support/messages.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gangway-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

function fileMessenger(path: string) {
  const clock = createFakeClock(0);
  const logger = createRecordingLogger();
  const channel = createFileChannel({ path, clock, logger });
  return { messenger: createMessenger({ email: [channel], phone: [channel], clock, logger }), logger };
}

describe('messages into a file', () => {
  it('appends one line of JSON for each', async () => {
    const path = join(folder, 'messages.jsonl');
    const { messenger } = fileMessenger(path);
    for (const message of [emailValidation(), phoneValidation(), emailInvite(), emailInUse()]) {
      await messenger.send(message);
    }
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const at = '1970-01-01T00:00:00.000Z';
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      {
        at,
        kind: 'email_validation',
        to: 'alice@example.test',
        link: emailValidation().link.reveal(),
        token: 'abcDEF123',
      },
      { at, kind: 'phone_validation', to: '+447700900123', code: '123456' },
      {
        at,
        kind: 'email_invite',
        to: 'alice@example.test',
        link: emailInvite().link.reveal(),
        sender: '@bob:example.test',
        sender_display_name: 'Bob',
        room_name: 'The garden',
      },
      { at, kind: 'email_in_use', to: 'alice@example.test' },
    ]);
  });

  it('restricts the file to its owner, also if it already exists', async () => {
    for (const name of ['new', 'old']) {
      const path = join(folder, name);
      if (name === 'old') await writeFile(path, '');
      if (name === 'old') await chmod(path, 0o644);
      await fileMessenger(path).messenger.send(phoneValidation());
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  });

  it('warns in the log that nothing is delivered', async () => {
    const { logger } = fileMessenger(join(folder, 'x'));
    expect(logger.lines).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('not delivered') }),
    ]);
  });

  it('is down if the file cannot be written', async () => {
    const { messenger, logger } = fileMessenger(join(folder, 'no-such-folder', 'x'));
    await expect(messenger.send(phoneValidation())).rejects.toMatchObject({ details: { kind: 'channel_down' } });
    expect((await logger.line('delivery channel down')).fields['detail']).toContain('ENOENT');
  });
});
