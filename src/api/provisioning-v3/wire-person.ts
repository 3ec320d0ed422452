import { z } from 'zod';
import type { QueryParameter } from '../../http/endpoint.js';
import { accountName, fullName, type AccountName, type Contact } from '../provisioning/telegram-person.js';

/** The query parameter that selects one of several logins. */
export const loginIdParameter: QueryParameter = {
  description: 'The login to use; the first if absent.',
};

/** Returns the account in the query, if any. */
export function accountOf({ login_id: name }: { readonly login_id?: string }): AccountName | undefined {
  return name === undefined || name === '' ? undefined : accountName(name);
}

/** A Telegram user. */
export const person = z
  .object({
    id: z.string().meta({ description: 'The Telegram user ID.' }),
    name: z.string().optional(),
    avatar_url: z.string().optional().meta({ description: 'An mxc:// URI; only from the bridge.' }),
    identifiers: z
      .array(z.string())
      .optional()
      .meta({ examples: [['telegram:durov', 'tel:+79991234567']] }),
    mxid: z.string().optional().meta({ description: "The Matrix ID of the bridge's ghost user." }),
    dm_room_mxid: z.string().optional().meta({ description: 'The room of the direct chat, if there is one.' }),
  })
  .meta({ title: 'Person' });

/** Returns a Telegram user on the wire. */
export function wirePerson(contact: Contact): z.input<typeof person> {
  const { id, username, phone, matrix } = contact;
  const name = fullName(contact) ?? username;
  const identifiers = matrix?.identifiers ?? [
    ...(username === null ? [] : [`telegram:${username}`]),
    ...(phone === null ? [] : [`tel:${phone.reveal()}`]),
  ];
  return {
    id,
    ...(name === null ? {} : { name }),
    ...(matrix?.avatarUrl === undefined ? {} : { avatar_url: matrix.avatarUrl }),
    ...(identifiers.length === 0 ? {} : { identifiers: [...identifiers] }),
    ...(matrix?.mxid === undefined ? {} : { mxid: matrix.mxid }),
    ...(matrix?.dmRoom === undefined ? {} : { dm_room_mxid: matrix.dmRoom }),
  };
}
