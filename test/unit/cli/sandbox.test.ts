import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configFiles } from '../../../src/cli/config-files.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { written } from '../config/written-config.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

let workspace: CliWorkspace;
beforeEach(() => {
  workspace = createWorkplace();
});
afterEach(() => workspace.remove());

const announcement = z.object({
  data_centres: z.array(z.object({ id: z.number(), ip: z.string(), port: z.number() })),
  control_url: z.string(),
});

describe('gangway sandbox', () => {
  it.each([['--public-key'], ['--config-out']])('reports that it cannot write %s', async (option) => {
    expect(await workspace.run(['sandbox', option, 'gone/x'])).toEqual({
      code: 6,
      out: '',
      err: 'gone/x was not written: its folder does not exist.\n',
    });
  });

  it('writes a section of a configuration that uses it', async () => {
    mkdirSync(join(workspace.folder, 'keys'));
    const sandbox = await workspace.start([
      'sandbox',
      '--public-key',
      'keys/sandbox.pem',
      '--config-out',
      'fragment.yaml',
    ]);
    const { data_centres: dataCentres } = announcement.parse(JSON.parse(sandbox.out));
    const fragment: unknown = parse(readFileSync(join(workspace.folder, 'fragment.yaml'), 'utf8'));
    const path = join(workspace.folder, 'config.yaml');
    writeFileSync(path, written(z.record(z.string(), z.unknown()).parse(fragment)), { mode: 0o600 });
    expect(await workspace.run(['config', 'check'])).toMatchObject({ code: 0, err: '' });
    const { telegram } = loadConfig({ path, env: {}, ...configFiles }).config;
    expect(telegram.dataCentres).toEqual(dataCentres);
    expect(telegram.publicKeys).toEqual([readFileSync(join(workspace.folder, 'keys', 'sandbox.pem'), 'utf8')]);
    expect(await sandbox.stop()).toMatchObject({ code: 0, err: '' });
  });

  it('listens on the given address, and prints it', async () => {
    const sandbox = await workspace.start(['sandbox', '--host', '127.0.0.2']);
    const { data_centres: dataCentres, control_url: controlUrl } = announcement.parse(JSON.parse(sandbox.out));
    expect(new URL(controlUrl).hostname).toBe('127.0.0.2');
    const info: unknown = await (await fetch(`${controlUrl}/info`)).json();
    expect(info).toMatchObject({ dataCentres });
    expect(dataCentres.map(({ ip }) => ip)).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.2']);
    await sandbox.stop();
  });

  it('on all addresses, prints one that clients can connect to', async () => {
    const sandbox = await workspace.start(['sandbox', '--host', '0.0.0.0']);
    const { data_centres: dataCentres, control_url: controlUrl } = announcement.parse(JSON.parse(sandbox.out));
    expect(dataCentres.map(({ ip }) => ip)).not.toContain('0.0.0.0');
    for (const hostname of ['127.0.0.1', new URL(controlUrl).hostname]) {
      const { port } = new URL(controlUrl);
      expect((await fetch(`http://${hostname}:${port}/info`)).status).toBe(200);
    }
    await sandbox.stop();
  });
});
