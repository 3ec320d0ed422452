import { EntitySchema } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from '../columns.js';

/**
 * A row of telegram_accounts; `session` and `profile` are sealed. `session` is null unless `heldBy`
 * is `gangway`.
 */
export interface TelegramAccountRow {
  id: string;
  owner: string;
  telegramUserId: string;
  session: string | null;
  profile: string;
  createdAt: number;
  updatedAt: number;
  heldBy: string;
}

/** The table of Telegram accounts that somebody is logged in to. */
export const telegramAccounts = new EntitySchema<TelegramAccountRow>({
  name: 'telegram_accounts',
  tableName: 'telegram_accounts',
  columns: {
    id: primaryText('id', 'telegram_accounts_pkey'),
    owner: text('owner'),
    telegramUserId: text('telegram_user_id'),
    session: optionalText('session'),
    profile: text('profile'),
    createdAt: epochMs('created_at'),
    updatedAt: epochMs('updated_at'),
    heldBy: { ...text('held_by'), default: 'gangway' },
  },
  indices: [{ name: 'telegram_accounts_owner', columns: ['owner'] }],
  uniques: [{ name: 'telegram_accounts_telegram_user_id_key', columns: ['telegramUserId'] }],
});
