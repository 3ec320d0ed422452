import { createServer } from 'node:net';
import { checkUpstream } from '../../app/upstream-check.js';
import type { Clock } from '../../base/clock.js';
import type { Config } from '../../config/config.js';
import { allowsLogin, findPermissionLevel } from '../../config/permissions.js';
import type { Check, Finding } from './check.js';
import { endpointOf, localEndpoint } from '../local-endpoint.js';

/** Asks the bridge whether it accepts logins. */
export function bridgeCheck(config: Config, clock: Clock): Check {
  const { upstream } = config.bridge;
  return {
    name: 'bridge',
    run: async () => {
      if (upstream === undefined) return [];
      const problems = await checkUpstream(config, clock);
      if (problems.length > 0) return problems.map((message) => ({ status: 'failed', message }));
      return [{ status: 'ok', message: `The bridge at ${upstream.address} accepts the secret and logins.` }];
    },
  };
}

/** Reports who may log in to Telegram. */
export function permissionsCheck({ bridge: { permissions } }: Config): Check {
  const allowed = [...permissions].filter(([, word]) => allowsLogin(findPermissionLevel(word) ?? 'block'));
  const names = allowed.map(([key]) => key);
  return {
    name: 'permissions',
    run: async (): Promise<readonly Finding[]> => {
      if (names.length === 0) {
        const message = 'No entry of bridge.permissions lets a user log in to Telegram.';
        return [{ status: 'warning', message, advice: 'Add your server name with the level user.' }];
      }
      if (names.includes('*')) {
        const message = 'bridge.permissions lets users of all servers log in to Telegram ("*").';
        return [
          {
            status: 'warning',
            message,
            advice: 'Write the server names or Matrix IDs instead, unless you intend this.',
          },
        ];
      }
      const shown = names.slice(0, 5).join(', ');
      const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
      return [{ status: 'ok', message: `These may log in to Telegram: ${shown}${more}.` }];
    },
  };
}

/** More than the delay of an answer, and than most sources of time are wrong by. */
const tolerableMs = 5_000;
/** Telegram rejects messages whose time differs by more. */
const maxDifferenceMs = 30_000;

/** Compares the clock with those of other servers, each a source of the time in epoch ms. */
export function clockCheck(sources: Readonly<Record<string, () => Promise<number | undefined>>>, clock: Clock): Check {
  return {
    name: 'clock',
    run: async () => {
      const findings = await Promise.all(
        Object.entries(sources).map(async ([name, read]): Promise<readonly Finding[]> => {
          const theirs = await read();
          return theirs === undefined ? [] : [compared(name, clock.now() - theirs)];
        }),
      );
      return findings.flat();
    },
  };
}

function compared(name: string, differenceMs: number): Finding {
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  if (Math.abs(differenceMs) <= tolerableMs) return { status: 'ok', message: `The clock agrees with ${name}.` };
  const message = `The clock differs from ${name} by ${seconds} seconds.`;
  const status = Math.abs(differenceMs) > maxDifferenceMs ? 'failed' : 'warning';
  return { status, message, advice: 'Synchronize the clocks of both machines, for example with chrony.' };
}

interface Listener {
  readonly key: string;
  readonly host: string;
  readonly port: number;
  /** A path that only Gangway answers, and a text of the answer. */
  readonly probe: { readonly path: string; readonly isOurs: (status: number, text: string) => boolean };
}

/** Checks that each address can be listened on, or that Gangway itself does. */
export function portsCheck({ http, admin, metrics }: Config): Check {
  const listeners: readonly Listener[] = [
    { key: 'http', ...http, probe: { path: '/_matrix/mau/live', isOurs: (status) => status === 200 } },
    ...(admin.listener && admin.tokens.length > 0
      ? [
          {
            key: 'admin',
            ...admin.listener,
            probe: { path: '/_gangway/v1/admin/users', isOurs: (status: number) => status === 401 },
          },
        ]
      : []),
    ...(metrics.enabled
      ? [
          {
            key: 'metrics',
            ...metrics,
            probe: { path: '/metrics', isOurs: (_: number, text: string) => text.includes('gangway_') },
          },
        ]
      : []),
  ];
  return { name: 'ports', run: () => Promise.all(listeners.map(checkListener)) };
}

async function checkListener({ key, host, port, probe }: Listener): Promise<Finding> {
  const endpoint = endpointOf({ host, port });
  const problem = await whyNotListening(host, port);
  if (problem === undefined) return { status: 'ok', message: `${endpoint} is free (${key}).` };
  if (problem !== 'EADDRINUSE') {
    const message = `${endpoint} cannot be listened on: ${problem}.`;
    return { status: 'failed', message, advice: `Correct ${key}.host and ${key}.port, or run as a user who may.` };
  }
  if (await isGangway(host, port, probe)) return { status: 'ok', message: `Gangway listens on ${endpoint} (${key}).` };
  const message = `Another program listens on ${endpoint}.`;
  return { status: 'failed', message, advice: `Stop it, or set another ${key}.port.` };
}

function whyNotListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

async function isGangway(host: string, port: number, { path, isOurs }: Listener['probe']): Promise<boolean> {
  try {
    const response = await fetch(`http://${localEndpoint({ host, port })}${path}`, {
      signal: AbortSignal.timeout(4_000),
    });
    return isOurs(response.status, await response.text());
  } catch {
    return false;
  }
}
