import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A sandbox in its own process, so that its work is not measured as ours. */
export interface SandboxProcess {
  readonly dataCentres: readonly { readonly id: number; readonly ip: string; readonly port: number }[];
  readonly publicKeyPem: string;
  readonly controlUrl: string;
  stop(): Promise<void>;
}

const announcement = z.object({
  data_centres: z.array(z.object({ id: z.number(), ip: z.string(), port: z.number() })),
  control_url: z.string(),
});

/** Starts `gangway sandbox` from dist on free ports, with these options. */
export async function startSandboxProcess(...options: readonly string[]): Promise<SandboxProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-sandbox-'));
  const keyFile = join(folder, 'sandbox.pem');
  const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'sandbox', '--public-key', keyFile, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
  const { data_centres: dataCentres, control_url: controlUrl } = announcement.parse(JSON.parse(String(line)));
  return {
    dataCentres,
    controlUrl,
    publicKeyPem: await readFile(keyFile, 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
