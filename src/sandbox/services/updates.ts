import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { intOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import type { Mailboxes } from '../world/mailboxes.js';
import type { World } from '../world/world.js';
import { isSandboxChannel } from './chat.js';

const channelTimeoutSeconds = 30;
const seq = 1;

/**
 * updates.*: the caller has missed nothing, except what it or another device of its account sent.
 */
export function createUpdatesService({ clock, mailboxes }: World): RpcService {
  const seconds = () => Math.floor(clock.now() / 1000);
  return {
    'updates.getState': { access: 'account', run: (context) => updatesState(context, mailboxes, seconds()) },
    'updates.getDifference': {
      access: 'account',
      run(context, request) {
        const state = updatesState(context, mailboxes, seconds());
        const pts = intOf(request, 'pts');
        if (pts <= 0) throw new RpcRefusal(400, 'PERSISTENT_TIMESTAMP_EMPTY');
        if (pts >= intOf(state, 'pts')) return { _: 'updates.differenceEmpty', date: seconds(), seq };
        return {
          _: 'updates.difference',
          new_messages: [],
          new_encrypted_messages: [],
          other_updates: [],
          chats: [],
          users: [],
          state,
        };
      },
    },
    'updates.getChannelDifference': {
      access: 'account',
      run(_context, request) {
        if (!isSandboxChannel(request['channel'])) throw new RpcRefusal(400, 'CHANNEL_INVALID');
        const pts = intOf(request, 'pts');
        return { _: 'updates.channelDifferenceEmpty', final: true, pts, timeout: channelTimeoutSeconds };
      },
    },
  };
}

/** Returns the state of the caller's account. */
export function updatesState({ device }: RpcContext, mailboxes: Mailboxes, date: number): TlObject {
  const pts = device.account ? mailboxes.of(device.account).pts : 1;
  return { _: 'updates.state', pts, qts: 0, date, seq, unread_count: 0 };
}
