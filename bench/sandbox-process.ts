import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A sandbox in a process of its own, so that its work does not count as ours. */
export interface SandboxProcess {
  readonly dataCentres: readonly { readonly id: number; readonly ip: string; readonly port: number }[];
  readonly publicKeyPem: string;
  stop(): Promise<void>;
}

const announcement = z.object({
  data_centres: z.array(z.object({ id: z.number(), ip: z.string(), port: z.number() })),
});

/** Starts `gangway sandbox` from dist on free ports. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-bench-'));
  const keyFile = join(folder, 'sandbox.pem');
  const main = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'sandbox', '--public-key', keyFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
  const { data_centres: dataCentres } = announcement.parse(JSON.parse(String(line)));
  return {
    dataCentres,
    publicKeyPem: await readFile(keyFile, 'utf8'),
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
