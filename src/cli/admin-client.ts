import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '../base/secret.js';
import { loadConfig } from '../config/load-config.js';
import { configFiles } from './config-files.js';
import type { CliContext } from './cli-context.js';
import { exitCodes } from './exit-code.js';
import { localEndpoint } from './local-endpoint.js';
import { whyUnreadable } from '../config/named-files.js';

/** The options that name the daemon. */
export interface AdminOptions {
  readonly config: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** The answer of the daemon. */
export type AdminAnswer = Readonly<Record<string, unknown>>;

/** Sends requests to the admin API of a daemon. Throws AdminCallProblem. */
export interface AdminClient {
  get(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<AdminAnswer>;
  post(path: string, body?: object): Promise<AdminAnswer>;
}

/** Why a command has no result: a sentence for the administrator, and the exit code. */
export class AdminCallProblem extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

const answerWithinMs = 60_000;
const prefix = '/_gangway/v1/admin';

/** Returns a client for the daemon that the options or the configuration name. */
export function createAdminClient(options: AdminOptions, context: CliContext): AdminClient {
  const { url, token } = findDaemon(options, context);
  const call = async (path: string, init: RequestInit): Promise<AdminAnswer> => {
    const signal = AbortSignal.timeout(answerWithinMs);
    const headers = { Authorization: `Bearer ${token.reveal()}` };
    const response = await fetch(`${url}${prefix}${path}`, { ...init, headers, signal, redirect: 'error' }).catch(
      () => {
        throw new AdminCallProblem(`No server answers at ${url}. Does the daemon run?`, exitCodes.daemon);
      },
    );
    const body: unknown = await response.json().catch(() => undefined);
    const answer = typeof body === 'object' && body !== null ? (body as AdminAnswer) : {};
    if (response.ok) return answer;
    throw explain(response.status, answer, url);
  };
  return {
    get(path, query = {}) {
      const parameters = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
      const text = parameters.toString();
      return call(text === '' ? path : `${path}?${text}`, { method: 'GET' });
    },
    post: (path, body) => call(path, { method: 'POST', ...(body ? { body: JSON.stringify(body) } : {}) }),
  };
}

function findDaemon({ config: file, url, tokenFile }: AdminOptions, { env, folder }: CliContext) {
  const given = tokenFile === undefined ? undefined : readToken(resolve(folder, tokenFile));
  if (url !== undefined && given) return { url: url.replace(/\/+$/, ''), token: given };
  const { config } = loadConfig({ path: resolve(folder, file), env, ...configFiles });
  const [first] = config.admin.tokens;
  const token = given ?? first?.secret;
  if (!token) {
    throw new AdminCallProblem('admin.tokens is empty. Add a token to it and restart the daemon.', exitCodes.config);
  }
  const { host, port } = config.admin.listener ?? config.http;
  if (url === undefined && port === 0) {
    throw new AdminCallProblem(
      'The port is 0, so it is only in the log. Set a fixed port, or use --url.',
      exitCodes.config,
    );
  }
  return { url: url?.replace(/\/+$/, '') ?? `http://${localEndpoint({ host, port })}`, token };
}

function readToken(path: string): Secret {
  try {
    return new Secret(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    throw new AdminCallProblem(`The file ${path} cannot be read: ${whyUnreadable(error)}.`, exitCodes.usage);
  }
}

function explain(status: number, { error, errcode }: AdminAnswer, url: string): AdminCallProblem {
  const text = typeof error === 'string' ? error : `The server at ${url} returned ${status}`;
  if (status === 401) {
    return new AdminCallProblem(`${text}. The daemon uses the tokens that it was started with.`, exitCodes.daemon);
  }
  if (errcode === 'M_UNRECOGNIZED') {
    return new AdminCallProblem(
      `The server at ${url} has no admin API. Add a token to admin.tokens and restart it.`,
      exitCodes.daemon,
    );
  }
  const isRefusal = status === 400 || status === 404 || status === 409;
  return new AdminCallProblem(`${text}.`, isRefusal ? exitCodes.account : exitCodes.daemon);
}
