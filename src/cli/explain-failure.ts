import { ConfigFailure, type Problem } from '../config/problem.js';
import { DatabaseFailure, type DatabaseFailureDetails } from '../database/failure.js';
import type { FileProblem } from '../database/file-problem.js';
import { SettingsFailure } from '../delivery/settings-failure.js';
import { SigningKeyFailure } from '../identity/signing-key-failure.js';
import { SourceFailure, type SourceFailureDetails } from '../import/source-failure.js';
import { AuditFailure } from '../observability/audit-failure.js';
import { exitCodes } from './exit-code.js';
import { explainSettings, explainSigningKey } from './explain-identity.js';

/** A message for an administrator, with an exit code. `text` ends in a line break. */
export interface Explanation {
  readonly code: number;
  readonly text: string;
}

/** Returns the message for something that was thrown. It contains a stack for defects only. */
export function explainFailure(error: unknown): Explanation {
  if (error instanceof ConfigFailure) {
    const { file, problems, warnings } = error.details;
    return { code: exitCodes.config, text: explainProblems(file, problems) + explainWarnings(warnings) };
  }
  if (error instanceof DatabaseFailure) {
    return { code: codeOfDatabase(error.details), text: `${explainDatabase(error.details)}\n` };
  }
  if (error instanceof SettingsFailure) return { code: exitCodes.config, text: `${explainSettings(error.details)}\n` };
  if (error instanceof SigningKeyFailure) {
    return { code: exitCodes.config, text: `${explainSigningKey(error.details)}\n` };
  }
  if (error instanceof SourceFailure) return { code: exitCodes.database, text: `${explainSource(error.details)}\n` };
  if (error instanceof AuditFailure) {
    const { path, reason } = error.details;
    const text = `The file ${path} (logging.audit.file) cannot be written: ${reason}. Create its folder, or write another path.\n`;
    return { code: exitCodes.config, text };
  }
  if (isCompiledPartMissing(error)) return { code: exitCodes.defect, text: compiledPartMissing };
  const listening = explainListening(error);
  if (listening !== undefined) return { code: exitCodes.listen, text: `${listening}\n` };
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: exitCodes.defect, text: `This is a defect of Gangway. Please report it:\n${shown}\n` };
}

function explainSource(details: SourceFailureDetails): string {
  switch (details.kind) {
    case 'source_unusable':
      return `The source cannot be opened. ${explainDatabase(details.problem).replaceAll('database.uri', '--from')}`;
    case 'other_schema':
      return `This is no database of ${details.program}, or of another version: it has no ${details.missing}.`;
    case 'source_in_use':
      return (
        `${details.connections} other connections to the source are open. Stop the bridge for good: ` +
        'Telegram ends a session that two programs use. Close other clients too.'
      );
  }
}

const compiledPartMissing =
  'The compiled part of a dependency (sqlite3 or @node-rs/argon2) is missing, or was built for another system or version of Node. In the ' +
  'folder of Gangway run `npm ci`. If npm does not run install scripts here, run `npm rebuild sqlite3 --ignore-scripts=false` after it.\n';

/**
 * As the loaders of sqlite3 (bindings) and @node-rs/argon2 report it, and Node for an incompatible
 * file.
 */
function isCompiledPartMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isUnfit = 'code' in error && error.code === 'ERR_DLOPEN_FAILED';
  return isUnfit || /^(Could not locate the bindings file|Cannot find native binding)/.test(error.message);
}

/** Returns all problems of a configuration, for a terminal. */
export function explainProblems(file: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return `${file} has ${count}:\n\n${problems.map(paragraph).join('')}`;
}

/** Returns all remarks about a configuration, for a terminal. Empty if there are none. */
export function explainWarnings(warnings: readonly Problem[]): string {
  if (warnings.length === 0) return '';
  return `Warnings:\n\n${warnings.map(paragraph).join('')}`;
}

function paragraph({ path, where, message }: Problem): string {
  const location = where === undefined ? path : `${path} (${where})`;
  return `  ${location.trim()}\n    ${message}\n`.replace(/^ +\n/, '');
}

function codeOfDatabase({ kind }: DatabaseFailureDetails): number {
  return kind === 'uri_invalid' || kind === 'key_invalid' ? exitCodes.config : exitCodes.database;
}

function explainDatabase(details: DatabaseFailureDetails): string {
  switch (details.kind) {
    case 'uri_invalid':
      return `database.uri: ${details.problem}`;
    case 'key_invalid':
      return `${details.index === undefined ? 'encryption.key' : `encryption.old_keys[${details.index}]`} is not the base64 of 32 bytes.`;
    case 'directory_missing':
      return `The folder ${details.directory} of database.uri does not exist. Create it, or write another path.`;
    case 'file_unusable':
      return `The database file ${details.path} cannot be used: ${explainFile(details.reason)}`;
    case 'file_linked':
      return (
        `The database file ${details.path} has several names (hard links). SQLite would keep one log for each and destroy the database. ` +
        'Remove the other names, or copy the file.'
      );
    case 'file_mounted':
      return `The database file ${details.path} is mounted by itself, so its log beside it would be lost with the container. Mount its folder instead.`;
    case 'file_replaced':
      return (
        `The file ${details.path} was moved, deleted or replaced while Gangway used it. Put it back, or restart ` +
        'Gangway.'
      );
    case 'lock_unusable':
      return (
        `The lock file ${details.path}, which keeps a second Gangway off the database, cannot be locked: ${explainFile(details.reason)} ` +
        'If no Gangway runs, the file can be deleted.'
      );
    case 'unreachable':
      return (
        `The database server ${details.server} does not answer, or has no free connection. Check database.uri, ` +
        'and that the server runs.'
      );
    case 'access_denied':
      return (
        `The database server ${details.server} rejects the user or the password of database.uri, or the user ` +
        'lacks a right. Check both.'
      );
    case 'database_missing':
      return `There is no database ${details.database} on ${details.server}. Create it, or correct database.uri.`;
    case 'wrong_key':
      return (
        `The database is encrypted with another key (ID ${details.neededKeyId}) than those in encryption.key ` +
        'and encryption.old_keys. Nothing was changed. Add the right key, or use the database that belongs to ' +
        'this key.'
      );
    case 'newer_schema':
      return (
        `A newer version of Gangway has changed this database (${details.migrations.join(', ')}). Run that ` +
        'version, or restore an earlier backup.'
      );
    case 'unreleased_schema':
      return (
        'An unreleased version of Gangway made this database, and released versions cannot read it. Nothing was ' +
        'changed. Set database.uri to a new, empty database. Users must log in again.'
      );
    case 'in_use':
      return (
        `Another Gangway is using the database file ${details.path}. Stop it first. Only a PostgreSQL database ` +
        'can be shared by several daemons.'
      );
    case 'daemon_running':
      return (
        `A Gangway daemon is using the database ${details.database} on ${details.server}. Stop all of them first. ` +
        'After a crash, wait 15 seconds.'
      );
    case 'not_empty':
      return (
        `The database ${details.database} is not empty: there is something in its table ${details.table}. Nothing was ` +
        'changed. Name a new, empty database.'
      );
    case 'same_database':
      return `The source and the target are the same database, ${details.database}. Nothing was changed. Name a new, empty database.`;
    case 'copy_differs':
      return `The table ${details.table} was read back otherwise than it was copied. The target was left empty. Please report this.`;
    case 'server_failing':
      return `The database server ${details.server} cannot be written to at the moment (SQLSTATE ${details.sqlState}). See its log.`;
    case 'busy':
      return 'Another program has been writing to the database for too long. Try again.';
  }
}

function explainFile(reason: FileProblem): string {
  switch (reason) {
    case 'not_permitted':
      return 'this user may not write it or its folder, or the file system is read-only.';
    case 'not_a_file':
      return 'it is not a regular file.';
    case 'disk_full':
      return 'the disk or the quota of this user is full.';
    case 'not_sqlite':
      return 'it is not a SQLite database.';
    case 'damaged':
      return 'it is damaged.';
    case 'io_error':
      return 'the system reports an input or output error. The disk may be full or defective.';
    case 'unopenable':
      return 'it cannot be opened.';
  }
}

const listenCalls = ['listen', 'bind', 'getaddrinfo'];

function explainListening(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  if (!listenCalls.includes(String(error.syscall))) return undefined;
  const endpoint =
    'address' in error && 'port' in error
      ? `${String(error.address)} port ${String(error.port)}`
      : 'http.host and http.port';
  switch (error.code) {
    case 'EADDRINUSE':
      return `Cannot listen on ${endpoint}: another program does. Stop it, or choose another port.`;
    case 'EACCES':
      return `Cannot listen on ${endpoint}: permission denied. Ports below 1024 usually require root: choose another port.`;
    case 'EADDRNOTAVAIL':
      return `Cannot listen on ${endpoint}: this machine has no such address. Change http.host.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Cannot listen: http.host is a name that does not resolve to an address. Change it.';
    default:
      return `Cannot listen on ${endpoint}: ${String(error.code)}.`;
  }
}
