import { z } from 'zod';
import type { LoginFlow } from '../../login/processes.js';

/** A login flow on the wire. */
export const flowShape = z.object({
  name: z.string(),
  description: z.string(),
  id: z.enum(['phone', 'qr', 'bot']),
});

const texts: Readonly<Record<LoginFlow, { readonly name: string; readonly description: string }>> = {
  phone: { name: 'Phone number', description: 'Login using your Telegram phone number' },
  qr: { name: 'QR code', description: 'Login by scanning a QR code from your phone' },
  bot: { name: 'Bot token', description: 'Log in as a bot using the bot token from @BotFather' },
};

const ids: readonly LoginFlow[] = ['phone', 'qr', 'bot'];

/** The login flows. */
export const flows: z.input<typeof flowShape>[] = ids.map((id) => ({ ...texts[id], id }));

/** Returns the login flow with this ID. */
export function findFlow(text: string): LoginFlow | undefined {
  return ids.find((id) => id === text);
}
