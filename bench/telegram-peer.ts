import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { SandboxProcess } from '../test/support/sandbox-process.js';
import { bareGramjs } from './bare-gramjs.js';
import { bareMtcute } from './bare-mtcute.js';

/** The steps of a login, and a call on a saved session, as a program without Gangway does them. */
export interface TelegramSteps {
  /** Connects on a new key and requests a code. */
  requestCode(phone: string): Promise<void>;
  /** Enters the code. Closes the connection unless a password is required. */
  enterCode(phone: string, code: string): Promise<void>;
  /** Enters the password and closes the connection. */
  enterPassword(phone: string, password: string): Promise<void>;
  /** Connects on the session of a finished login, requests the user, and closes the connection. */
  getMe(phone: string): Promise<void>;
}

/** A process with a bare client library, so that its CPU time can be measured. */
export interface TelegramPeer extends TelegramSteps {
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

const libraries = { gramjs: bareGramjs, mtcute: bareMtcute };
type Library = keyof typeof libraries;

const call = z.object({
  step: z.enum(['requestCode', 'enterCode', 'enterPassword', 'getMe']),
  phone: z.string(),
  secret: z.string(),
});
const start = z.object({
  dataCentres: z.array(z.object({ id: z.number(), ip: z.string(), port: z.number() })),
  publicKeyPem: z.string(),
});
const outcome = z.object({ error: z.string().optional() });

/** Starts a process with this library on the sandbox. */
export async function startTelegramPeer(library: Library, sandbox: SandboxProcess): Promise<TelegramPeer> {
  const child = fork(fileURLToPath(import.meta.url), ['telegram-peer', library], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exited = once(child, 'exit');
  const send = async (message: object): Promise<void> => {
    const answered = once(child, 'message');
    child.send(message);
    const [answer]: unknown[] = await answered;
    const { error } = outcome.parse(answer);
    if (error !== undefined) throw new Error(`${library}: ${error}`);
  };
  await once(child, 'message');
  await send({ dataCentres: sandbox.dataCentres, publicKeyPem: sandbox.publicKeyPem });
  return {
    pid: child.pid,
    requestCode: (phone) => send({ step: 'requestCode', phone, secret: '' }),
    enterCode: (phone, code) => send({ step: 'enterCode', phone, secret: code }),
    enterPassword: (phone, password) => send({ step: 'enterPassword', phone, secret: password }),
    getMe: (phone) => send({ step: 'getMe', phone, secret: '' }),
    async stop() {
      child.kill();
      await exited;
    },
  };
}

if (process.argv[2] === 'telegram-peer') {
  const library = libraries[z.enum(['gramjs', 'mtcute']).parse(process.argv[3])];
  let steps: TelegramSteps | undefined;
  const run = async (message: unknown): Promise<void> => {
    if (steps === undefined) {
      steps = await library(start.parse(message));
      return;
    }
    const { step, phone, secret } = call.parse(message);
    await steps[step](phone, secret);
  };
  process.on('message', (message) => {
    run(message).then(
      () => process.send?.({}),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  process.send?.({});
}
