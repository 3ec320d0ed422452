#!/usr/bin/env node
import { systemClock } from './base/clock.js';
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
