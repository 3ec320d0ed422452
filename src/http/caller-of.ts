import type { AuditActor } from '../base/audit.js';
import type { Caller } from '../base/caller.js';
import { anonymous, type Principal } from './principal.js';
import type { Api } from './api.js';

/** Returns the caller of a request. `request` returns what is known so far. */
export function callerOf(
  { requestId, clientAddress }: Pick<Caller, 'requestId' | 'clientAddress'>,
  request: () => { readonly principal: Principal | undefined; readonly api: Api | undefined },
): Caller {
  const actor = () => {
    const { principal = anonymous, api } = request();
    return actorOf(principal, api);
  };
  return { requestId, clientAddress, actor };
}

function actorOf(principal: Principal, api: Api | undefined): AuditActor {
  switch (principal.kind) {
    case 'anonymous':
      return { type: 'client' };
    case 'service':
      return { type: 'shared_secret' };
    case 'consumer':
      return { type: api?.name === 'admin' ? 'admin' : 'program', id: principal.name };
    case 'user':
      return { type: 'user', id: principal.mxid };
  }
}
