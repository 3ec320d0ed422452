import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { listOf, longOf, objectOf } from '../tl/fields.js';
import { isTlObject, type TlObject, type TlValue } from '../tl/value.js';
import { findAccount, userOf } from './user.js';

/** users.getUsers and users.getFullUser. */
export function createUsersService(): RpcService {
  return {
    'users.getUsers': {
      access: 'account',
      run: (context, request) => listOf(request, 'id').map((input) => findUser(context, input) ?? emptyUser(input)),
    },
    'users.getFullUser': {
      access: 'account',
      run(context, request) {
        const user = findUser(context, objectOf(request, 'id'));
        if (!user) throw new RpcRefusal(400, 'USER_ID_INVALID');
        return { _: 'users.userFull', full_user: fullUser(longOf(user, 'id')), chats: [], users: [user] };
      },
    },
  };
}

function findUser(context: RpcContext, input: TlValue): TlObject | undefined {
  const account = findAccount(context, input);
  return account && userOf(account, account.id === context.device.account?.id);
}

function emptyUser(input: TlValue): TlObject {
  return { _: 'userEmpty', id: isTlObject(input) && input._ === 'inputUser' ? longOf(input, 'user_id') : 0n };
}

function fullUser(id: bigint): TlObject {
  return {
    _: 'userFull',
    id,
    settings: { _: 'peerSettings' },
    notify_settings: { _: 'peerNotifySettings' },
    common_chats_count: 0,
  };
}
