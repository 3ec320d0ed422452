import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Group } from '../crypto/group.js';
import { createCodes, type Codes } from './codes.js';
import { createDevices, type Devices } from './devices.js';
import { createLoginTokens, type LoginTokens } from './login-tokens.js';
import { createMailboxes, type Mailboxes } from './mailboxes.js';
import { createPasswords, type Passwords } from './passwords.js';
import { createSendCodeRules, type SendCodeRules } from './send-code-rules.js';
import { createTransfers, type Transfers } from './transfers.js';

/** The state of the simulated Telegram, shared by its data centres. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly group: Group;
  readonly devices: Devices;
  readonly codes: Codes;
  readonly sendCodeRules: SendCodeRules;
  readonly passwords: Passwords;
  readonly loginTokens: LoginTokens;
  readonly transfers: Transfers;
  readonly mailboxes: Mailboxes;
  /** Deletes all state. */
  clear(): void;
}

export function createWorld(deps: { readonly clock: Clock; readonly random: Random; readonly group: Group }): World {
  const devices = createDevices();
  const parts = {
    codes: createCodes(deps),
    sendCodeRules: createSendCodeRules(deps),
    passwords: createPasswords(deps),
    loginTokens: createLoginTokens(deps),
    transfers: createTransfers(deps),
    mailboxes: createMailboxes(),
  };
  return {
    ...deps,
    ...parts,
    devices,
    clear() {
      devices.delete();
      for (const part of Object.values(parts)) part.clear();
    },
  };
}
