import type { AccountAuthority } from '../../accounts/authority.js';
import type { AccountSessions } from '../../accounts/sessions.js';
import type { Surface } from '../../http/surface.js';
import type { LoginDeps } from '../client-server/log-in.js';
import { createAccessTokenAuth, matrixSurface } from '../client-server/matrix-surface.js';
import { logIn } from './log-in.js';
import { logOut, logOutAll } from './log-out.js';
import { loginFlows } from './login-flows.js';
import { loginToken } from './login-token.js';
import { refresh } from './refresh.js';
import { whoAmI } from './who-am-i.js';

/** What createClientServerV3 needs. */
export interface ClientServerV3Deps extends LoginDeps {
  readonly authority: AccountAuthority;
  /** Absent beside a homeserver: what comes after a login is the homeserver's own. */
  readonly sessions: AccountSessions | undefined;
}

/** The login part of version 3 of the client-server API under its names old and new, and what belongs to it of version 1. */
export function createClientServerV3({ authority, limits, sessions }: ClientServerV3Deps): readonly [Surface, Surface] {
  const authenticate = createAccessTokenAuth(authority);
  const login = [loginFlows(authority), logIn({ authority, limits })];
  const afterwards = sessions === undefined ? [] : [refresh(sessions), logOut(sessions), logOutAll(sessions), whoAmI()];
  return [
    matrixSurface({
      name: 'client-server-v3',
      prefixes: ['/_matrix/client/v3', '/_matrix/client/r0', '/_matrix/client/unstable'],
      authenticate,
      endpoints: [...login, ...afterwards],
    }),
    matrixSurface({
      name: 'client-server-v3-of-v1',
      prefixes: ['/_matrix/client/v1'],
      authenticate,
      endpoints: sessions === undefined ? [] : [refresh(sessions), loginToken(sessions)],
    }),
  ];
}
