import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { install } from '../test/support/daemon.js';
import { startStrictSandbox } from '../test/support/strict-sandbox.js';

/**
 * Counts the files of src with a function that the main thread of the daemon calls during one
 * `request_code` of version 0.3.0: `npm run files-per-request`.
 */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly { readonly count: number; readonly startOffset: number }[];
    }[];
  }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

// The daemon inherits it, so that the inspector takes a free port.
process.env['NODE_OPTIONS'] = '--inspect-port=0';
const sandbox = await startStrictSandbox();
const gangway = await install(sandbox);
try {
  await gangway.start();
  await requestCode('@first:example.test', '9996620001');
  const profiler = await connectProfiler();
  await profiler.send('Profiler.enable');
  await profiler.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await profiler.send('Profiler.takePreciseCoverage');
  await requestCode('@second:example.test', '9996620002');
  const { result } = (await profiler.send('Profiler.takePreciseCoverage')) as Coverage;
  profiler.close();
  const called = result
    .filter(({ url }) => url.includes('/dist/src/'))
    .flatMap(({ url, functions }) => {
      const findSource = readSourceMap(fileURLToPath(url));
      return functions
        .flatMap(({ ranges }) => ranges.slice(0, 1))
        .filter(({ count }) => count > 0)
        .map(({ startOffset }) => findSource(startOffset));
    });
  const files = [...new Set(called)].filter((file) => file !== undefined).toSorted();
  if (files.length === 0) throw new Error('no code of src was found in the bundle');
  console.log([...files, `${files.length} files`].join('\n'));
} finally {
  await gangway.remove();
  await sandbox.stop();
}

/** Returns a function that finds the file of src whose code is at an offset of the bundle. */
function readSourceMap(bundlePath: string): (offset: number) => string | undefined {
  const bundle = readFileSync(bundlePath, 'utf8');
  const map = new SourceMap(JSON.parse(readFileSync(`${bundlePath}.map`, 'utf8')) as SourceMapPayload);
  return (offset) => {
    const lines = bundle.slice(0, offset).split('\n');
    const entry = map.findEntry(lines.length - 1, lines.at(-1)?.length ?? 0);
    // It is undefined for code of a package without a source map of its own.
    const source: unknown = 'originalSource' in entry ? entry.originalSource : undefined;
    if (typeof source !== 'string') return undefined;
    const file = relative(root, join(dirname(bundlePath), source));
    // Packages have source maps that name a src of their own.
    return file.startsWith('src/') && existsSync(join(root, file)) ? file : undefined;
  };
}

async function requestCode(mxid: string, phone: string): Promise<void> {
  const { status, text } = await gangway.login(mxid, 'request_code', { phone });
  if (status !== 200) throw new Error(`request_code returned ${status} ${text}`);
}

async function connectProfiler() {
  process.kill(gangway.pid() ?? 0, 'SIGUSR1');
  await gangway.line('Debugger listening on ');
  const url = /Debugger listening on (\S+)/.exec(gangway.output())?.[1] ?? '';
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let lastId = 0;
  return {
    async send(method: string, params: object = {}): Promise<unknown> {
      const id = (lastId += 1);
      socket.send(JSON.stringify({ id, method, params }));
      for (;;) {
        const [data] = (await once(socket, 'message')) as [Buffer];
        const message = JSON.parse(data.toString()) as { readonly id?: number; readonly result?: unknown };
        if (message.id === id) return message.result;
      }
    },
    close: () => socket.terminate(),
  };
}
