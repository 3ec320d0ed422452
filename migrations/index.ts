import type { MigrationInterface } from 'typeorm';
import { CreateSealingCheck1796000000001 } from './0001-create-sealing-check.js';
import { CreateTelegramLogins1796000000002 } from './0002-create-telegram-logins.js';
import { CreateAccounts1796000000003 } from './0003-create-accounts.js';
import { CreateThreepids1796000000004 } from './0004-create-threepids.js';
import { CreateIdentity1796000000005 } from './0005-create-identity.js';
import { CreateSessions1796000000006 } from './0006-create-sessions.js';
import { CreateWebGrants1796000000007 } from './0007-create-web-grants.js';
import { CreateDaemons1796000000008 } from './0008-create-daemons.js';
import { CreateRateLimits1796000000009 } from './0009-create-rate-limits.js';
import { AddUseOfSessions1796000000010 } from './0010-add-use-of-sessions.js';

/**
 * All migrations, in the order in which they are applied. A migration never changes, not even
 * before a release: add a new one. (Those of versions before the first release are gone, and
 * databases made by them are rejected.)
 */
export const migrations: readonly (new () => MigrationInterface)[] = [
  CreateSealingCheck1796000000001,
  CreateTelegramLogins1796000000002,
  CreateAccounts1796000000003,
  CreateThreepids1796000000004,
  CreateIdentity1796000000005,
  CreateSessions1796000000006,
  CreateWebGrants1796000000007,
  CreateDaemons1796000000008,
  CreateRateLimits1796000000009,
  AddUseOfSessions1796000000010,
];
