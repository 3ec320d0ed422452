import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Secret } from '../base/secret.js';

/** A terminal for questions, if there is one. */
export interface Terminal {
  /** Whether a user can be asked. */
  readonly isInteractive: boolean;
  /** Returns the typed line, or undefined on Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string | undefined>;
  /** Returns the typed line, which is not shown, or undefined on Ctrl-C or Ctrl-D. */
  askSecret(question: string): Promise<Secret | undefined>;
}

/** Returns the terminal of those streams. `write` prints the questions. */
export function createTerminal(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  write: (text: string) => void,
): Terminal {
  const readLine = (question: string, isShown: boolean) => {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (isShown) write(chunk.toString());
        done();
      },
    });
    const lines = createInterface({ input, output, terminal: true, historySize: 0 });
    write(question);
    return new Promise<string | undefined>((resolve) => {
      const answer = (value: string | undefined) => {
        lines.removeAllListeners().close();
        if (!isShown || value === undefined) write('\n');
        resolve(value);
      };
      lines.once('line', answer);
      lines.once('close', () => answer(undefined));
    });
  };

  return {
    isInteractive: input.isTTY === true,
    ask: (question) => readLine(question, true),

    async askSecret(question) {
      const line = await readLine(question, false);
      return line === undefined ? undefined : new Secret(line);
    },
  };
}
