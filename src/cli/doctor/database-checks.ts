import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.js';
import { DatabaseFailure, type DatabaseFailureDetails } from '../../database/failure.js';
import { inspectDatabase, type DatabaseInspection } from '../../database/inspect-database.js';
import { parseDatabaseUri } from '../../database/uri.js';
import type { Runtime } from '../../base/runtime.js';
import { explainFailure } from '../explain-failure.js';
import type { Check, Finding } from './check.js';

/** The oldest version that the tests use. */
const oldestPostgres = 15;

/** Checks the database and the encryption key. Changes nothing. */
export function databaseChecks(
  { database, encryption }: Config,
  runtime: Runtime,
): {
  readonly checks: readonly Check[];
  /** The time of the database server, epoch ms, if there is one. */
  readonly serverTime: () => Promise<number | undefined>;
} {
  const file = fileOf(database.uri);
  const isMissing = file !== undefined && !existsSync(file);
  const inspection: Promise<DatabaseInspection | DatabaseFailure | undefined> = isMissing
    ? Promise.resolve(undefined)
    : inspectDatabase({ ...runtime, uri: database.uri, encryption }).catch((error: unknown) => {
        if (error instanceof DatabaseFailure) return error;
        throw error;
      });
  // Each of the checks handles it.
  inspection.catch(() => undefined);
  return {
    serverTime: async () => {
      const found = await inspection.catch(() => undefined);
      return found === undefined || found instanceof DatabaseFailure ? undefined : found.serverTime;
    },
    checks: [
      {
        name: 'database',
        run: async () => {
          const found = await inspection;
          const fresh = `${file} does not exist yet. The first start creates it.`;
          // If it cannot be created, the check of the files fails.
          if (found === undefined) return isWritable(dirname(file ?? '')) ? [{ status: 'ok', message: fresh }] : [];
          if (!(found instanceof DatabaseFailure)) return describe(found);
          if (isAboutKey(found.details)) return [{ status: 'ok', message: 'The database is reachable.' }];
          return [{ status: 'failed', message: explainFailure(found).text.trimEnd() }];
        },
      },
      {
        name: 'encryption',
        run: async () => {
          const found = await inspection;
          if (found instanceof DatabaseFailure) {
            return isAboutKey(found.details)
              ? [{ status: 'failed', message: explainFailure(found).text.trimEnd() }]
              : [];
          }
          const isChecked = found?.isKeyChecked === true;
          const message = isChecked ? 'The key decrypts what is stored.' : 'Nothing is encrypted yet.';
          return [{ status: 'ok', message }];
        },
      },
    ],
  };
}

function describe({ version, pendingMigrations }: DatabaseInspection): readonly Finding[] {
  const state =
    pendingMigrations === 0 ? 'all migrations are applied' : `the next start applies ${pendingMigrations} migrations`;
  const findings: Finding[] = [{ status: 'ok', message: `${version}, reachable and writable; ${state}.` }];
  const major = Number(/^PostgreSQL (\d+)/.exec(version)?.[1] ?? oldestPostgres);
  if (major < oldestPostgres) {
    findings.push({
      status: 'warning',
      message: `${version} is not tested.`,
      advice: `Use PostgreSQL ${oldestPostgres} or newer.`,
    });
  }
  return findings;
}

const isAboutKey = ({ kind }: DatabaseFailureDetails) => kind === 'wrong_key' || kind === 'key_invalid';

/** Returns the path of a SQLite file, or undefined for other databases. */
function fileOf(uri: Config['database']['uri']): string | undefined {
  const target = parseDatabaseUri(uri);
  return target.kind === 'sqlite' && target.path !== ':memory:' ? target.path : undefined;
}

/** Checks that Gangway can write its files, and that other users cannot read them. */
export function filesCheck(config: Config): Check {
  const { database, identity, logging } = config;
  const files = [
    fileOf(database.uri),
    identity.enabled ? identity.signingKeyFile : undefined,
    logging.audit.output === 'file' ? logging.audit.file : undefined,
  ].filter((file) => file !== undefined);
  return {
    name: 'files',
    run: async () => {
      const folders = [...new Set(files.map((file) => dirname(file)))].filter((folder) => !isWritable(folder));
      const present = files.filter((file) => existsSync(file));
      const exposed = present.filter((file) => (statSync(file).mode & 0o077) !== 0);
      const none = `No other user can read the files of Gangway (${present.length} checked).`;
      if (exposed.length === 0 && folders.length === 0) return [{ status: 'ok', message: none }];
      return [
        ...folders.map((folder): Finding => ({
          status: 'failed',
          message: `The folder ${folder} does not exist, or this user may not write to it.`,
          advice: 'Create it, make the user of the daemon its owner, and run this command as that user.',
        })),
        ...exposed.map((file): Finding => ({
          status: 'warning',
          message: `Other users of this machine can read or change ${file}.`,
          advice: `Run: chmod 600 ${file}`,
        })),
      ];
    },
  };
}

/** Returns whether this user can create files in the folder. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
