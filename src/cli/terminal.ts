import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Secret } from '../base/secret.js';

/** A person in front of a terminal, where there is one. */
export interface Terminal {
  /** Whether somebody is there to be asked. */
  readonly isInteractive: boolean;
  /** What somebody types in answer, which is not shown; undefined where they would rather not (Ctrl-C, Ctrl-D). */
  askSecret(question: string): Promise<Secret | undefined>;
}

/** The terminal of those streams; `write` shows the questions. */
export function createTerminal(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  write: (text: string) => void,
): Terminal {
  return {
    isInteractive: input.isTTY === true,

    askSecret(question) {
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
      write(question);
      return new Promise((resolve) => {
        const answer = (value: Secret | undefined) => {
          lines.removeAllListeners().close();
          write('\n');
          resolve(value);
        };
        lines.once('line', (line) => answer(new Secret(line)));
        lines.once('close', () => answer(undefined));
      });
    },
  };
}
