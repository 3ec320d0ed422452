import type { MigrationInterface } from 'typeorm';
import { CreateSealingCheck1795000000001 } from './0001-create-sealing-check.js';
import { CreateLoginProcesses1795000000002 } from './0002-create-login-processes.js';
import { CreateTelegramAccounts1795000000003 } from './0003-create-telegram-accounts.js';
import { CreateFloodWaits1795000000004 } from './0004-create-flood-waits.js';

/** Every change of the schema, in the order in which they are made. Append only: a released one never changes. */
export const migrations: readonly (new () => MigrationInterface)[] = [
  CreateSealingCheck1795000000001,
  CreateLoginProcesses1795000000002,
  CreateTelegramAccounts1795000000003,
  CreateFloodWaits1795000000004,
];
