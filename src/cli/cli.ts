import { Command, CommanderError } from 'commander';
import { addAdmin } from './admin.js';
import { addBackup } from './backup.js';
import { addConfigCheck } from './config-check.js';
import { addConfigInit } from './config-init.js';
import { addDb } from './db.js';
import { addDemo } from './demo.js';
import { exitCodes } from './exit-code.js';
import { explainFailure } from './explain-failure.js';
import { addDoctor } from './doctor.js';
import { addGenerate } from './generate.js';
import { addHealthcheck } from './healthcheck.js';
import { addImport } from './import.js';
import { addKey } from './key.js';
import { addLink } from './link.js';
import { addRun } from './run.js';
import { addSandbox } from './sandbox.js';
import { addSessions } from './sessions.js';
import type { CliContext } from './cli-context.js';
import { addUser } from './user.js';
import { readVersion } from './version.js';

/**
 * Runs the command in the arguments (without those of node) and returns the exit code. Never
 * throws.
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const end = (code: number) => {
    exitCode = code;
  };
  const program = new Command('gangway')
    .description('Telegram bridge provisioning daemon for Matrix')
    .version(readVersion())
    .exitOverride()
    .configureOutput({ writeOut: context.out, writeErr: context.err })
    .showHelpAfterError('(see gangway --help)');
  const config = program.command('config').description('create and check configuration files');
  addConfigInit(config, context, end);
  addConfigCheck(config, context, end);
  addRun(program, context, end);
  addUser(program, context, end);
  addSessions(program, context, end);
  addAdmin(program, context, end);
  addImport(program, context, end);
  addBackup(program, context, end);
  addDb(program, context, end);
  addKey(program, context, end);
  addLink(program, context, end);
  addDoctor(program, context, end);
  addHealthcheck(program, context, end);
  addSandbox(program, context, end);
  addDemo(program, context, end);
  addGenerate(program, context, end);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const { code, text } = explainFailure(error);
    context.err(text);
    return code;
  }
  return exitCode;
}
