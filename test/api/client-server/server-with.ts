import type { AccountAuthority } from '../../../src/accounts/authority.js';
import { AccountFailure } from '../../../src/accounts/failure.js';
import type { RateLimiter } from '../../../src/base/rate-limiter.js';
import { DatabaseFailure } from '../../../src/database/failure.js';
import { startClientServer, type ClientServer } from '../../support/client-server.js';
import type { Given } from './login-errors.js';

/** Starts a server with these earlier requests. Alice has an account and a password. */
export async function serverWith(given: Given | undefined, path: string): Promise<ClientServer> {
  const once = { max: 1, windowMs: 60_000 };
  const server = await startClientServer({
    ...(given === 'too many logins from here' ? { allowances: { perAddress: once } } : {}),
    ...(given === 'too many logins to Alice' ? { allowances: { perAccount: once } } : {}),
    ...(given === 'too many failures of Alice' ? { allowances: { failuresPerAccount: once } } : {}),
    ...(given === 'limits that cannot be counted' ? { limiter: unreachableLimiter } : {}),
    ...(given === 'a defect' ? { authority: failingWith(new Error('hunter2')) } : {}),
    ...(typeof given === 'object' ? { authority: failingWith(new AccountFailure(given.fault)) } : {}),
  });
  const { embedded } = server;
  const { mxid } = await embedded.addUser('alice');
  if (given === 'Alice is deactivated') await embedded.administration.deactivate(mxid);
  const logIn = (user: string, password: string) =>
    server.call('POST', path, { type: 'm.login.password', user, password });
  if (given === 'too many logins from here') await logIn('another user', 'some password');
  if (given === 'too many logins to Alice') await logIn('alice', 'the password of alice');
  // Another spelling of the same account.
  if (given === 'too many failures of Alice') await logIn('@Alice:example.test', 'a guess');
  return server;
}

const unreachable = () => Promise.reject(new DatabaseFailure({ kind: 'unreachable', server: 'db.example.test' }));
const unreachableLimiter: RateLimiter = { waitMs: unreachable, admit: unreachable, sweep: unreachable };

function failingWith(error: Error): AccountAuthority {
  const fail = () => Promise.reject(error);
  return { loginFlows: fail, logIn: fail, whoAmI: fail };
}
