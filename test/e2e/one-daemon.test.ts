import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { install } from '../support/daemon.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

it('one of two daemons that start at once gets the database, the other reports the reason, and a kill releases it', async () => {
  const sandbox = await startStrictSandbox();
  const first = await install(sandbox);
  const second = await install(sandbox, {
    encryption: { key: first.encryptionKey },
    database: { uri: `sqlite:${join(first.folder, 'link.db')}` },
  });
  try {
    await symlink('gangway.db', join(first.folder, 'link.db'));
    const starts = await Promise.allSettled([first.start(), second.start()]);
    expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [running, refused] = starts[0]?.status === 'fulfilled' ? [first, second] : [second, first];
    expect(refused.output()).toContain('Another Gangway is using the database file');
    expect(await running.probe('ready')).toBe(200);
    await running.kill();
    await refused.start();
    expect(await refused.probe('ready')).toBe(200);
  } finally {
    await first.remove();
    await second.remove();
    await sandbox.stop();
  }
});
