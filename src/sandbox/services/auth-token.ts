import type { RpcContext, RpcService } from '../rpc/method.js';
import { RpcRefusal } from '../rpc/refusal.js';
import { bytesOf, intOf, longOf, longsOf, textOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import type { LoginToken } from '../world/login-tokens.js';
import type { World } from '../world/world.js';
import { authorizationOf } from './account-settings.js';
import { admit, checkApi, logIn } from './login.js';

export interface AuthTokenDeps {
  readonly world: World;
  readonly dataCentreIds: readonly number[];
  /** Notifies a client that its QR login was accepted. */
  readonly announceAccepted: (token: LoginToken) => void;
}

/** auth.*: logging in by QR code, and carrying a login to another data centre. */
export function createAuthTokenService({ world, dataCentreIds, announceAccepted }: AuthTokenDeps): RpcService {
  const { loginTokens, passwords, transfers } = world;

  function redeem(context: RpcContext, token: LoginToken): TlObject {
    const account = token.acceptedBy;
    if (!account) throw new RpcRefusal(400, 'AUTH_TOKEN_INVALID');
    if (account.dc !== context.dc) return { _: 'auth.loginTokenMigrateTo', dc_id: account.dc, token: token.token };
    const authorization = admit(context, account, passwords);
    loginTokens.spend(token);
    return { _: 'auth.loginTokenSuccess', authorization };
  }

  return {
    'auth.exportLoginToken': {
      access: 'anyone',
      run(context, request) {
        checkApi(intOf(request, 'api_id'), textOf(request, 'api_hash'));
        const { keyName } = context.device;
        const accepted = loginTokens.acceptedFor(keyName);
        if (accepted) return redeem(context, accepted);
        const offered = loginTokens.offer({ keyName, dc: context.dc, exceptIds: longsOf(request, 'except_ids') });
        return { _: 'auth.loginToken', expires: Math.floor(offered.expiresAt / 1000), token: offered.token };
      },
    },
    'auth.importLoginToken': {
      access: 'anyone',
      run: (context, request) => redeem(context, loginTokens.find(bytesOf(request, 'token'))),
    },
    'auth.acceptLoginToken': {
      access: 'account',
      run({ device }, request) {
        const { account } = device;
        if (!account || account.isBot) throw new RpcRefusal(400, 'BOT_METHOD_INVALID');
        announceAccepted(loginTokens.accept(bytesOf(request, 'token'), account));
        const now = Math.floor(world.clock.now() / 1000);
        return authorizationOf(BigInt(now), now);
      },
    },
    'auth.exportAuthorization': {
      access: 'account',
      run({ device, dc }, request) {
        const toDc = intOf(request, 'dc_id');
        if (!device.account || toDc === dc || !dataCentreIds.includes(toDc)) throw new RpcRefusal(400, 'DC_ID_INVALID');
        return {
          _: 'auth.exportedAuthorization',
          id: device.account.id,
          bytes: transfers.export(device.account, toDc),
        };
      },
    },
    'auth.importAuthorization': {
      access: 'anyone',
      run: (context, request) =>
        logIn(context, transfers.import(longOf(request, 'id'), bytesOf(request, 'bytes'), context.dc)),
    },
  };
}
