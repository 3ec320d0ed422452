import { sleep, type Clock } from '../base/clock.js';
import type { SessionHolder } from '../database/tables/telegram-accounts.js';
import type { ExportStatus, SessionExports } from '../sessions/exports.js';
import type { SessionFormat } from '../telegram/formats/formats.js';
import { keepRunning } from './keep-running.js';
import { withDatabase } from './session-database.js';
import type { CliContext } from './cli-context.js';

/** The options of an export. */
export interface ExportOptions {
  readonly config: string;
  readonly format: SessionFormat;
  readonly yes?: boolean;
  readonly stopped?: boolean;
}

/** The daemon looks every two seconds, and a connection in use can take longer to close. */
const maxWaitMs = 15_000;
const pollMs = 100;

const unconfirmed =
  'A program with the session is logged in as the user, and Gangway cannot use it any more. Add --yes to confirm.';

const holders = {
  hand_over: 'It is waiting for the hand-over to the bridge.',
  bridge: 'The bridge has it.',
  lease: 'A program has leased it.',
  export: 'It was exported before, or is in a session transfer.',
} as const satisfies Readonly<Record<Exclude<SessionHolder, 'gangway'>, string>>;

/** Prints the session and returns undefined, or returns why it was not exported. */
export async function exportSession(
  telegramUserId: string,
  { config: file, format, yes = false, stopped = false }: ExportOptions,
  context: CliContext,
): Promise<string | undefined> {
  const { clock, random, out } = context;
  if (!yes) return unconfirmed;
  return withDatabase(
    file,
    context,
    async ({ database, config, isClaimed }) => {
      const [{ createSessionExports }, { sessionWriter }, { readUser }] = await Promise.all([
        import('../sessions/exports.js'),
        import('../app/sessions.js'),
        import('../login/login-codec.js'),
      ]);
      const exports = createSessionExports({ database, clock, random });
      const isPostgres = config.database.uri.reveal().startsWith('postgres');
      const isStopped = isClaimed || (stopped && isPostgres);
      const status = await (isStopped
        ? exports.take(telegramUserId)
        : requestFromDaemon(exports, telegramUserId, clock));
      switch (status.kind) {
        case 'ready': {
          const { id, profile } = status.account;
          const session = sessionWriter(config)(format, status.session, readUser(profile));
          out(`${session.reveal()}\n`);
          await exports.confirm(id);
          return undefined;
        }
        case 'not_ready': {
          const hint = isPostgres ? ' If no daemon runs, add --stopped.' : '';
          return `Not exported: the daemon did not close its connection within ${maxWaitMs / 1000} seconds.${hint}`;
        }
        case 'held':
          return `Not exported. ${holders[status.heldBy]}`;
        case 'unknown':
          return `No user is logged in as ${telegramUserId}. See gangway sessions list.`;
      }
    },
    { claim: true },
  );
}

async function requestFromDaemon(exports: SessionExports, telegramUserId: string, clock: Clock): Promise<ExportStatus> {
  const expiresAt = clock.now() + maxWaitMs;
  const end = keepRunning();
  try {
    let status = await exports.request(telegramUserId, expiresAt);
    while (status.kind === 'not_ready' && clock.now() < expiresAt) {
      await sleep(clock, pollMs);
      status = await exports.findStatus(telegramUserId);
    }
    return status.kind === 'not_ready' ? await exports.withdraw(telegramUserId) : status;
  } finally {
    end();
  }
}
