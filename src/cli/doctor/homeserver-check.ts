import { z } from 'zod';
import { readCapped } from '../../base/read-capped.js';
import type { Config } from '../../config/config.js';
import type { Check, Finding } from './check.js';

/** A reply of the homeserver. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The Date header, epoch ms. */
  readonly date: number | undefined;
}

const answerWithinMs = 10_000;
const maxAnswerBytes = 256 * 1024;

/** Checks the homeserver: its address, its server name, and the token of an administrator. */
export function homeserverCheck({ homeserver: { address, domain, adminAccessToken } }: Config): {
  readonly check: Check;
  /** The time of the homeserver, epoch ms, if there is one. */
  readonly serverTime: () => Promise<number | undefined>;
} {
  const versions = address === undefined ? Promise.resolve(undefined) : ask(`${address}/_matrix/client/versions`);
  versions.catch(() => undefined);

  async function run(): Promise<readonly Finding[]> {
    if (address === undefined) return [];
    const findings: Finding[] = [];
    try {
      const answer = await versions;
      if (answer === undefined) return [];
      const { status, body } = answer;
      if (status !== 200 || !versionsForm.safeParse(body).success) {
        const message = `${address} (homeserver.address) does not answer as a Matrix homeserver (status ${status}).`;
        return [{ status: 'failed', message, advice: "Set it to the homeserver's own listener, not to a web server." }];
      }
      findings.push({ status: 'ok', message: `The homeserver at ${address} answers.` });
      findings.push(...(await checkName(address)));
      if (adminAccessToken) findings.push(await checkToken(address, adminAccessToken.reveal()));
      return findings;
    } catch (error) {
      const message = `The homeserver at ${address} (homeserver.address) cannot be reached: ${reasonOf(error)}.`;
      return [...findings, { status: 'failed', message, advice: 'Start it, or correct homeserver.address.' }];
    }
  }

  async function checkName(at: string): Promise<readonly Finding[]> {
    const { status, body } = await ask(`${at}/_matrix/key/v2/server`);
    const named = serverForm.safeParse(body);
    // Its federation API may have a listener of its own.
    if (status !== 200 || !named.success) return [];
    if (named.data.server_name === domain) return [{ status: 'ok', message: `Its server name is ${domain}.` }];
    const message = `Its server name is ${JSON.stringify(named.data.server_name)}, and homeserver.domain is ${domain}.`;
    return [{ status: 'failed', message, advice: 'Correct homeserver.domain or homeserver.address.' }];
  }

  async function checkToken(at: string, token: string): Promise<Finding> {
    const key = 'homeserver.admin_access_token';
    const who = await ask(`${at}/_matrix/client/v3/account/whoami`, token);
    if (who.status !== 200) {
      const message = `The homeserver does not accept ${key} (status ${who.status}).`;
      return { status: 'failed', message, advice: 'Log in as an administrator and set a fresh token.' };
    }
    const owner = await ask(`${at}/_synapse/admin/v1/threepid/email/users/doctor%40gangway.invalid`, token);
    const isAdmin = owner.status === 200 || owner.status === 404;
    if (isAdmin) return { status: 'ok', message: `The homeserver accepts ${key}.` };
    const message = `The user of ${key} is no administrator of a Synapse (status ${owner.status}).`;
    return { status: 'failed', message, advice: 'Use the token of an administrator, or remove the key.' };
  }

  return { check: { name: 'homeserver', run }, serverTime: async () => (await versions.catch(() => undefined))?.date };
}

const versionsForm = z.object({ versions: z.array(z.string()) });
const serverForm = z.object({ server_name: z.string() });

async function ask(url: string, token?: string): Promise<Answer> {
  const response = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    redirect: 'manual',
    signal: AbortSignal.timeout(answerWithinMs),
  });
  const text = await readCapped(response.body, maxAnswerBytes);
  const date = Date.parse(response.headers.get('date') ?? '');
  return { status: response.status, body: parsed(text), date: Number.isNaN(date) ? undefined : date };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** Returns the code of the system, or the message of the error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : 'unknown reason';
}
