import { AccountFailure } from '../failure.js';
import type { PasswordProof } from '../threepids/password-proofs.js';
import type { UiaFlows } from '../uia/user-interactive-auth.js';

/**
 * The stages that a validated 3PID completes (client-server API, "Email-based (identity /
 * homeserver)").
 */
export const proofStages = { email: 'm.login.email.identity', msisdn: 'm.login.msisdn' } as const;

/**
 * Returns the validation session that `auth` names for one of these stages, or undefined if the
 * stage is another one or is not offered. Throws AccountFailure parameter_missing or
 * parameter_invalid.
 */
export function readProof(auth: unknown, flows: UiaFlows): PasswordProof | undefined {
  if (!isObject(auth)) return undefined;
  const medium = (['email', 'msisdn'] as const).find((one) => proofStages[one] === auth['type']);
  if (medium === undefined || !flows.some((flow) => flow.includes(proofStages[medium]))) return undefined;
  // Clients from before Matrix r0.6 send `threepidCreds`, and many send both.
  const creds = auth['threepid_creds'] ?? auth['threepidCreds'];
  if (creds === undefined) throw new AccountFailure({ kind: 'parameter_missing', name: 'auth.threepid_creds' });
  if (!isObject(creds)) throw invalid('auth.threepid_creds', 'It must be an object.');
  return { medium, sid: text(creds, 'sid'), clientSecret: text(creds, 'client_secret') };
}

function text(creds: Readonly<Record<string, unknown>>, name: string): string {
  const value = creds[name];
  if (typeof value === 'string') return value;
  const at = `auth.threepid_creds.${name}`;
  throw value === undefined
    ? new AccountFailure({ kind: 'parameter_missing', name: at })
    : invalid(at, 'It must be a text.');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, problem: string): AccountFailure {
  return new AccountFailure({ kind: 'parameter_invalid', name, problem });
}
