import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
      const bundle = readFileSync(fileURLToPath(url), 'utf8');
      return functions
        .flatMap(({ ranges }) => ranges.slice(0, 1))
        .filter(({ count }) => count > 0)
        .map(({ startOffset }) => sourceFileAt(bundle, startOffset));
    });
  const files = [...new Set(called)].filter((file) => file !== undefined).toSorted();
  console.log([...files, `${files.length} files`].join('\n'));
} finally {
  await gangway.remove();
  await sandbox.stop();
}

/** The build writes the name of each file before its code. */
function sourceFileAt(bundle: string, offset: number): string | undefined {
  return bundle
    .slice(0, offset)
    .match(/^\/\/ \S+$/gm)
    ?.at(-1)
    ?.match(/^\/\/ (src\/\S+\.ts)$/)?.[1];
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
