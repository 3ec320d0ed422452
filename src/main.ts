#!/usr/bin/env node
import { sleep, systemClock } from './base/clock.js';
import { systemRandom } from './base/random.js';
import { runCli } from './cli/cli.js';
import { createTerminal } from './cli/terminal.js';

const err = (text: string) => void process.stderr.write(text);

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err,
  terminal: createTerminal(process.stdin, err),
  env: process.env,
  folder: process.cwd(),
  signals: process,
  clock: systemClock,
  random: systemRandom,
});

const flushed = (stream: NodeJS.WritableStream) => new Promise<void>((done) => stream.write('', () => done()));
// Node itself would wait for every worker thread and socket; a reader that does not read must not
// hold up the end either.
await Promise.race([Promise.all([process.stdout, process.stderr].map(flushed)), sleep(systemClock, 1_000)]);
process.exit();
