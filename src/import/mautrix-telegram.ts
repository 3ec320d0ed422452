import type { ForeignDatabase, ForeignRow } from '../database/foreign/foreign-database.js';
import type { DataCentre } from '../telegram/portable-session.js';
import { createLoginWriter, type LoginWriterOptions } from './login-writer.js';
import { createPart, type ImportPart, type SourceRow } from './part.js';
import { readText, readUser } from './read-value.js';
import { requireColumns, SourceFailure } from './source-failure.js';
import { readBase64, readLogin, type ImportedLogin, type StoredLogin } from './telegram-login.js';

/** The two programs of this name: the first one in Python, and its rewrite in Go (v26.04). */
export type BridgeVersion = 'python' | 'go';

const program = 'mautrix-telegram';
const userLogins = {
  table: 'user_login',
  columns: ['bridge_id', 'user_mxid', 'id', 'remote_profile', 'metadata'],
} as const;
const sessions = { table: 'telethon_sessions', columns: ['session_id', 'dc_id', 'auth_key'] } as const;
const users = { table: 'user', columns: ['mxid', 'tgid', 'tg_username', 'tg_phone', 'is_bot'] } as const;
/** Other bridges have a table of logins of the same form. */
const versionOfTelegram = 'telegram_version';

/** Returns which program has made the database. Throws SourceFailure if it is neither. */
export async function findBridgeVersion(source: ForeignDatabase): Promise<BridgeVersion> {
  const tables = await source.tables();
  if (tables.includes(versionOfTelegram)) {
    await requireColumns(source, program, userLogins);
    return 'go';
  }
  if (!tables.includes(sessions.table)) {
    throw new SourceFailure({ kind: 'other_schema', program, missing: versionOfTelegram });
  }
  for (const each of [sessions, users]) await requireColumns(source, program, each);
  return 'python';
}

/** Returns the Telegram logins of the bridge. */
export function openMautrixTelegram(
  source: ForeignDatabase,
  version: BridgeVersion,
  options: LoginWriterOptions & { readonly dataCentres: readonly DataCentre[] },
): readonly ImportPart[] {
  const { sql, read } = versions[version];

  async function* rows(): AsyncGenerator<SourceRow<ImportedLogin>> {
    let number = 0;
    for await (const row of source.rows(sql)) {
      yield readLogin(read(row), `row ${(number += 1)}`, options.dataCentres);
    }
  }

  return [createPart('logins', rows, createLoginWriter(options))];
}

const versions: Readonly<
  Record<BridgeVersion, { readonly sql: string; readonly read: (row: ForeignRow) => StoredLogin | null }>
> = {
  python: {
    sql: `SELECT s.session_id, s.dc_id, s.auth_key, u.mxid, u.tgid, u.tg_username, u.tg_phone, u.is_bot
      FROM telethon_sessions AS s LEFT JOIN "user" AS u ON u.mxid = s.session_id ORDER BY s.session_id`,
    read: readPython,
  },
  go: {
    sql: `SELECT user_mxid, id, CAST(remote_profile AS TEXT) AS profile, CAST(metadata AS TEXT) AS metadata
      FROM user_login ORDER BY id, bridge_id`,
    read: readGo,
  },
};

/** A session has the Matrix ID of its user for a name, and that of the bridge's own bot another. */
function readPython(row: ForeignRow): StoredLogin | null {
  const owner = row['session_id'];
  if (row['mxid'] === null && readText(owner) !== undefined && readUser(owner) === undefined) return null;
  const authKey = row['auth_key'];
  return {
    owner,
    telegramUserId: row['tgid'],
    username: row['tg_username'],
    name: null,
    phone: row['tg_phone'],
    isBot: row['is_bot'],
    dcId: row['dc_id'],
    authKey: authKey === null ? new Uint8Array() : authKey instanceof Uint8Array ? authKey : undefined,
  };
}

function readGo(row: ForeignRow): StoredLogin {
  const profile = readObject(row['profile']) ?? {};
  const metadata = readObject(row['metadata']);
  const session = metadata?.['session'] ?? {};
  const { auth_key: authKey = '', dc_id: dcId } = (session instanceof Object ? session : {}) as Record<string, unknown>;
  return {
    owner: row['user_mxid'],
    telegramUserId: row['id'],
    username: profile['username'],
    name: profile['name'],
    phone: profile['phone'] ?? metadata?.['phone'],
    isBot: metadata?.['is_bot'],
    dcId,
    authKey: metadata === undefined ? undefined : readBase64(authKey),
  };
}

/** Returns undefined if the text is no JSON object. */
function readObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(readText(value) ?? '');
    return parsed instanceof Object ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
