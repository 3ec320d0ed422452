import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isOpen } from './free-port.js';
import { until } from './until.js';

const programs = { nginx: '/usr/sbin/nginx', Caddy: '/usr/bin/caddy' } as const;
const certificate = fileURLToPath(new URL('certificates/home.pem', import.meta.url));
const certificateKey = fileURLToPath(new URL('certificates/home-key.pem', import.meta.url));

/** Reads a file of the folder `deploy`. */
export const readDeployFile = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');

/** A reverse proxy of which `deploy` has a configuration, and which the tests run. */
export type ProxyName = keyof typeof programs;

/** The names of the reverse proxies. */
export const proxyNames = Object.keys(programs) as ProxyName[];

/** Returns why the tests with a proxy are skipped; undefined if they run. */
export const proxyMissing = (name: ProxyName) =>
  existsSync(programs[name]) ? undefined : `skipped: no ${programs[name]}`;

/**
 * Reports once for a run which proxies are missing; throws instead if GANGWAY_REQUIRE_PROXIES=1.
 */
export default function reportWhetherSkipped(): void {
  const missing = proxyNames.filter((name) => proxyMissing(name) !== undefined);
  if (missing.length === 0) return;
  if (process.env['GANGWAY_REQUIRE_PROXIES'] === '1') {
    throw new Error(`${missing.join(' and ')} are required. Install Debian's packages nginx-light and caddy.`);
  }
  console.warn(`Tests with ${missing.join(' and ')} are skipped: the programs are not installed.`);
}

/** A running proxy, with TLS. */
export interface RunningProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** The servers behind a proxy, as host and port. */
export interface Upstreams {
  readonly gangway: string;
  readonly homeserver: string;
}

/** Starts a proxy with its file in `deploy`, on a port and with a certificate of the tests. */
export async function startProxy(name: ProxyName, upstreams: Upstreams): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-proxy-'));
  const port = await freePort();
  const file = join(folder, 'proxy.conf');
  await writeFile(file, name === 'nginx' ? nginxFile(folder, port, upstreams) : caddyFile(port));
  const args = name === 'nginx' ? ['-c', file, '-e', 'stderr'] : ['run', '--adapter', 'caddyfile', '--config', file];
  const child = spawn(programs[name], args, {
    env: { HOME: folder, GANGWAY: upstreams.gangway, HOMESERVER: upstreams.homeserver },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'exit');
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${name} does not start: ${log}`);
    return isOpen(port);
  });
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

function nginxFile(folder: string, port: number, { gangway, homeserver }: Upstreams): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const site = replaceAll(readDeployFile('nginx.conf'), [
    [/127\.0\.0\.1:28917/g, gangway],
    [/127\.0\.0\.1:8008/g, homeserver],
    [/^ *listen \[::\].*\n/gm, ''],
    [/listen 80;/g, `listen unix:${folder}/http;`],
    [/listen 443 /g, `listen 127.0.0.1:${port} `],
    [/\/etc\/letsencrypt\/\S+\/fullchain\.pem/g, certificate],
    [/\/etc\/letsencrypt\/\S+\/privkey\.pem/g, certificateKey],
    [/\/var\/log\/nginx/g, folder],
  ]);
  return `daemon off;
pid ${folder}/pid;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
access_log off;
${temporary.map((each) => `${each}_temp_path ${folder}/${each};`).join('\n')}
${site}
}
`;
}

function caddyFile(port: number): string {
  const sites = replaceAll(readDeployFile('Caddyfile'), [
    [
      /^((?:matrix\.)?example\.com) \{$/gm,
      `https://$1:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${certificateKey}`,
    ],
  ]);
  return `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${sites}`;
}

/** Replaces each pattern. Throws if a pattern does not occur. */
function replaceAll(text: string, replacements: readonly (readonly [RegExp, string])[]): string {
  return replacements.reduce((replaced, [pattern, by]) => {
    const result = replaced.replace(pattern, by);
    if (result === replaced) throw new Error(`${pattern.source} does not occur`);
    return result;
  }, text);
}
