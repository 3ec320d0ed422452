import { Command, CommanderError } from 'commander';
import { addConfigCheck } from './config-check.js';
import { addConfigInit } from './config-init.js';
import { addDemo } from './demo.js';
import { exitCodes } from './exit-code.js';
import { explainFailure } from './explain-failure.js';
import { addGenerate } from './generate.js';
import { addHealthcheck } from './healthcheck.js';
import { addRun } from './run.js';
import { addSandbox } from './sandbox.js';
import { addSessions } from './sessions.js';
import type { Surroundings } from './surroundings.js';
import { addUser } from './user.js';
import { readVersion } from './version.js';

/**
 * Runs the command in the arguments (without those of node) and returns the exit code. Never
 * throws.
 */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const end = (code: number) => {
    exitCode = code;
  };
  const program = new Command('gangway')
    .description('Telegram bridge provisioning daemon for Matrix')
    .version(readVersion())
    .exitOverride()
    .configureOutput({ writeOut: surroundings.out, writeErr: surroundings.err })
    .showHelpAfterError('(see gangway --help)');
  const config = program.command('config').description('create and check configuration files');
  addConfigInit(config, surroundings, end);
  addConfigCheck(config, surroundings, end);
  addRun(program, surroundings, end);
  addUser(program, surroundings, end);
  addSessions(program, surroundings, end);
  addHealthcheck(program, surroundings, end);
  addSandbox(program, surroundings, end);
  addDemo(program, surroundings, end);
  addGenerate(program, surroundings, end);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { code, text } = explainFailure(error);
    surroundings.err(text);
    return code;
  }
  return exitCode;
}
