import { resolve } from 'node:path';
import type { Command } from 'commander';
import { inspectConfig } from '../config/inspect-config.js';
import { loadConfig } from '../config/load-config.js';
import type { Problem } from '../config/problem.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import type { CheckResult } from './doctor/check.js';
import { exitCodes } from './exit-code.js';
import { keepRunning } from './keep-running.js';
import { readVersion } from './version.js';

interface DoctorOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** `gangway doctor`: checks everything that a daemon of this configuration needs. */
export function addDoctor(parent: Command, context: CliContext, end: (code: number) => void) {
  parent
    .command('doctor')
    .description(
      'check the configuration, database, key, homeserver, bridge, Telegram, mail servers, clock, files and ports, ' +
        'also while the daemon runs; exit with 1 if a check fails',
    )
    .addOption(configFileOption())
    .option('--json', 'print the results as JSON')
    .action(async (options: DoctorOptions) => {
      const letGo = keepRunning();
      try {
        const results = await diagnose(options.config, context);
        context.out(options.json === true ? asJson(results) : asText(results));
        end(isWell(results) ? exitCodes.ok : exitCodes.defect);
      } finally {
        letGo();
      }
    });
}

async function diagnose(file: string, { env, folder, clock, random }: CliContext): Promise<readonly CheckResult[]> {
  const source = { path: resolve(folder, file), env, ...configFiles };
  const { problems, warnings } = inspectConfig(source);
  const found = [
    ...problems.map((problem) => findingOf('failed', problem)),
    ...warnings.map((problem) => findingOf('warning', problem)),
  ];
  // Without a valid configuration, nothing else can be checked.
  if (problems.length > 0) return found;
  const { config } = loadConfig(source);
  // Loaded here, so that other commands do not wait for it.
  const { checkInstallation } = await import('./doctor/run-doctor.js');
  const valid: CheckResult = { check: 'config', status: 'ok', message: `${file} is valid.` };
  return [valid, ...found, ...(await checkInstallation(config, readVersion(), { clock, random }))];
}

function findingOf(status: CheckResult['status'], { path, where, message }: Problem): CheckResult {
  const place = [path, where === undefined ? '' : `(${where})`].filter((part) => part !== '').join(' ');
  return { check: 'config', status, message: place === '' ? message : `${place}: ${message}` };
}

const isWell = (results: readonly CheckResult[]) => results.every(({ status }) => status !== 'failed');

function asJson(results: readonly CheckResult[]): string {
  return `${JSON.stringify({ ok: isWell(results), results }, null, 2)}\n`;
}

function asText(results: readonly CheckResult[]): string {
  const lines = results.map(({ status, check, message, advice }) => {
    const rest = advice === undefined ? '' : `\n${' '.repeat(22)}${advice}`;
    return `${status.padEnd(8)} ${check.padEnd(12)} ${message.replaceAll('\n', `\n${' '.repeat(22)}`)}${rest}\n`;
  });
  const count = (wanted: CheckResult['status']) => results.filter(({ status }) => status === wanted).length;
  return `${lines.join('')}\n${count('failed')} failed, ${count('warning')} warnings.\n`;
}
