import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainFailure } from '../../../src/cli/explain-failure.js';
import { DatabaseFailure, type DatabaseFailureDetails } from '../../../src/database/failure.js';
import { SettingsFailure } from '../../../src/delivery/settings-failure.js';
import { SigningKeyFailure } from '../../../src/identity/signing-key-failure.js';
import { written } from '../config/written-config.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

let workspace: CliWorkspace;
beforeEach(() => {
  workspace = createWorkplace();
});
afterEach(() => workspace.remove());

describe('the command line', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await workspace.run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it.each([[['--help']], [['config', '--help']], [['run', '--help']]])('prints help for %j', async (args) => {
    const { code, out } = await workspace.run(args);
    expect(code).toBe(0);
    expect(out).toContain('Usage: gangway');
  });

  it.each([
    [['fly']],
    [['config', 'fly']],
    [['run', '--fly']],
    [['sandbox', '--port-base', 'x']],
    [['sandbox', '--host', 'localhost']],
    [['run', 'twice', 'x']],
  ])('rejects %j', async (args) => {
    const { code, out, err } = await workspace.run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('error: ');
  });

  it('prints help without arguments', async () => {
    expect(await workspace.run([])).toMatchObject({ code: 2, err: expect.stringContaining('Usage: gangway') });
  });

  it('does not run with an invalid configuration', async () => {
    writeFileSync(join(workspace.folder, 'config.yaml'), 'http: {port: x}');
    const { code, out, err } = await workspace.run(['run']);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('config.yaml has 8 problems');
    expect(err).not.toMatch(/^ +at /m);
  });
});

describe('gangway healthcheck', () => {
  const check = async (host: string, port: number) => {
    writeFileSync(join(workspace.folder, 'config.yaml'), written({ http: { host, port } }));
    return workspace.run(['healthcheck']);
  };
  const serve = async (host: string, status: number) => {
    const server = createHttpServer((request, response) => {
      response.writeHead(request.url === '/_matrix/mau/live' ? status : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { port: address.port, stop: () => new Promise((resolve) => server.close(resolve)) };
  };

  it.each(['127.0.0.1', '0.0.0.0', 'localhost'])('succeeds if the daemon of http.host %s is live', async (host) => {
    const daemon = await serve('127.0.0.1', 200);
    expect(await check(host, daemon.port)).toEqual({ code: 0, out: '', err: '' });
    await daemon.stop();
  });

  it('reports an unhealthy answer', async () => {
    const daemon = await serve('127.0.0.1', 500);
    const err = `The server on 127.0.0.1:${daemon.port} returned 500.\n`;
    expect(await check('127.0.0.1', daemon.port)).toEqual({ code: 1, out: '', err });
    await daemon.stop();
    const unknown = `No server answers on 127.0.0.1:${daemon.port}.\n`;
    expect(await check('127.0.0.1', daemon.port)).toEqual({ code: 1, out: '', err: unknown });
  });

  it('does not guess a port', async () => {
    expect(await check('127.0.0.1', 0)).toMatchObject({ code: 1, err: expect.stringContaining('http.port is 0') });
  });
});

describe('gangway generate', () => {
  it('writes the files, and then finds them up to date', async () => {
    expect(await workspace.run(['generate', '--check'])).toMatchObject({
      code: 6,
      err: expect.stringContaining('is stale'),
    });
    expect((await workspace.run(['generate'])).out).toContain('Wrote config.sample.yaml.');
    expect(await workspace.run(['generate', '--check'])).toEqual({ code: 0, out: '', err: '' });
    expect((await workspace.run(['generate'])).out).toBe('All files are up to date.\n');
  });

  it('names a stale file, and does not change it', async () => {
    await workspace.run(['generate']);
    const file = join(workspace.folder, 'docs/configuration.md');
    writeFileSync(file, 'old');
    expect(await workspace.run(['generate', '--check'])).toEqual({
      code: 6,
      out: '',
      err: 'docs/configuration.md is stale.\nRun `npm run generate`.\n',
    });
    expect(readFileSync(file, 'utf8')).toBe('old');
  });
});

/** The module with which sqlite3 loads its compiled part. */
const bindingsOfSqlite = createRequire(createRequire(import.meta.url).resolve('sqlite3'))('bindings') as (
  file: string,
) => unknown;

/** A matcher for texts that match all the patterns. */
function allOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?=.*${source})`).join(''));
}

describe('a failure message', () => {
  const faults: readonly (readonly [DatabaseFailureDetails, number, RegExp])[] = [
    [{ kind: 'uri_invalid', problem: 'It is wrong.' }, 3, /database\.uri: It is wrong\./],
    [{ kind: 'key_invalid', index: undefined }, 3, /encryption\.key is not/],
    [{ kind: 'key_invalid', index: 1 }, 3, /encryption\.old_keys\[1\] is not/],
    [{ kind: 'directory_missing', directory: '/data' }, 4, /\/data.*does not exist/],
    ...(
      [
        ['not_permitted', /this user may not write it/],
        ['not_a_file', /not a regular file/],
        ['disk_full', /is full/],
        ['not_sqlite', /not a SQLite database/],
        ['damaged', /damaged/],
        ['io_error', /input or output error/],
        ['unopenable', /cannot be opened/],
      ] as const
    ).flatMap(([reason, text]): (typeof faults)[number][] => [
      [{ kind: 'file_unusable', path: '/data/x.db', reason }, 4, allOf(/file \/data\/x\.db cannot be used/, text)],
      [{ kind: 'lock_unusable', path: '/data/x.db-daemon', reason }, 4, allOf(/lock file \/data\/x\.db-daemon/, text)],
    ]),
    [{ kind: 'file_linked', path: '/data/x.db' }, 4, /\/data\/x\.db has several names/],
    [{ kind: 'file_mounted', path: '/data/x.db' }, 4, /\/data\/x\.db is mounted by itself.*Mount its folder/],
    [{ kind: 'file_replaced', path: '/data/x.db' }, 4, /\/data\/x\.db was moved, deleted or replaced/],
    [{ kind: 'server_failing', server: 'db:5432', sqlState: '25006' }, 4, /db:5432 cannot be written.*25006/],
    [{ kind: 'unreachable', server: 'db:5432' }, 4, /db:5432 does not answer/],
    [{ kind: 'access_denied', server: 'db:5432' }, 4, /db:5432 rejects/],
    [{ kind: 'database_missing', server: 'db:5432', database: 'gw' }, 4, /no database gw on db:5432/],
    [{ kind: 'wrong_key', neededKeyId: 'ab12' }, 4, /ab12.*Nothing was changed/],
    [{ kind: 'newer_schema', migrations: ['AddX1'] }, 4, /newer version.*AddX1/],
    [{ kind: 'unreleased_schema' }, 4, /unreleased version.*new, empty database/],
    [{ kind: 'busy' }, 4, /for too long/],
    [{ kind: 'in_use', path: '/data/gangway.db' }, 4, /Another Gangway is using the database file/],
  ];
  it.each(faults)('%j: exit code %i, in a sentence without a stack', (fault, code, text) => {
    const explained = explainFailure(new DatabaseFailure(fault));
    expect(explained).toEqual({ code, text: expect.stringMatching(text) });
    expect(explained.text).toMatch(/^[^\n]+\.\n$/);
  });

  const path = '/data/identity-signing.key';
  const identityFailures = [
    new SigningKeyFailure({ kind: 'signing_key_file_unusable', path }),
    new SigningKeyFailure({ kind: 'signing_key_folder_missing', folder: '/data' }),
    new SigningKeyFailure({ kind: 'signing_key_file_empty', path }),
    new SigningKeyFailure({ kind: 'signing_key_malformed', path, line: 2 }),
    new SigningKeyFailure({ kind: 'signing_key_repeated', path, keyId: 'ed25519:0' }),
    new SigningKeyFailure({ kind: 'signing_key_missing', path, keyId: 'ed25519:0', publicKey: 'abc' }),
    new SigningKeyFailure({ kind: 'signing_key_changed', path, keyId: 'ed25519:0', publicKey: 'abc' }),
    new SettingsFailure({ kind: 'webhook_body_unusable', problem: 'It is wrong.' }),
    new SettingsFailure({ kind: 'webhook_header_unusable', name: 'X Y' }),
    new SettingsFailure({ kind: 'password_needs_tls' }),
  ];
  it.each(identityFailures.map((failure) => [failure.details, failure] as const))(
    '%j: a sentence that names the key of the configuration, and the exit code of an invalid one',
    (_, failure) => {
      const { code, text } = explainFailure(failure);
      expect(code).toBe(3);
      expect(text).toMatch(/^[^\n]+\.\n$/);
      expect(text).toMatch(/identity\.signing_key_file|delivery\.(email|phone)/);
    },
  );

  it('names every template that cannot be used', () => {
    const problems = [{ file: 'a/b.eta', problem: 'It is bad.' }];
    const { code, text } = explainFailure(
      new SettingsFailure({ kind: 'templates_unusable', folder: '/data/mails', problems }),
    );
    expect(code).toBe(3);
    expect(text).toContain('/data/mails (delivery.templates)');
    expect(text).toContain('  a/b.eta\n    It is bad.\n');
  });

  it.each<[string, () => unknown]>([
    ['missing', () => bindingsOfSqlite('missing.node')],
    ['unfit', () => process.dlopen({ exports: {} }, fileURLToPath(import.meta.url))],
  ])('describes the fix if a compiled part is %s', (_, load) => {
    let thrown: unknown;
    try {
      load();
    } catch (error) {
      thrown = error;
    }
    expect(explainFailure(thrown).text).toMatch(/^[^\n]+npm ci[^\n]+npm rebuild sqlite3[^\n]+\n$/);
  });

  it('names the address that another program listens on', async () => {
    const first = createServer();
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const address = first.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const second = createServer();
    const error = await new Promise((resolve) => second.once('error', resolve).listen(port, '127.0.0.1'));
    await new Promise((resolve) => first.close(resolve));
    expect(explainFailure(error)).toEqual({
      code: 5,
      text: `Cannot listen on 127.0.0.1 port ${port}: another program does. Stop it, or choose another port.\n`,
    });
  });

  it.each([
    ['EACCES', 'listen', /permission denied/],
    ['EADDRNOTAVAIL', 'listen', /no such address/],
    ['ENOTFOUND', 'getaddrinfo', /does not resolve/],
    ['EINVAL', 'listen', /EINVAL/],
  ])('explains %s of %s', (code, syscall, text) => {
    const error = Object.assign(new Error('x'), { code, syscall, address: '::1', port: 80 });
    expect(explainFailure(error)).toEqual({ code: 5, text: expect.stringMatching(text) });
  });

  it('shows the stack of a defect', () => {
    const { code, text } = explainFailure(new TypeError('x is not a function'));
    expect(code).toBe(1);
    expect(text).toContain('defect');
    expect(text).toContain('TypeError: x is not a function\n    at ');
  });

  it('does not report a refused connection elsewhere as a failure to listen', () => {
    const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' });
    expect(explainFailure(error).code).toBe(1);
  });
});
