import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTerminal } from '../../../src/cli/terminal.js';

/** A terminal without a screen: the input and the output. */
function createScreen() {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const shown: string[] = [];
  return { input, terminal: createTerminal(input, (text) => shown.push(text)), shown: () => shown.join('') };
}

describe('a question for a password', () => {
  it('is answered without an echo', async () => {
    const { input, terminal, shown } = createScreen();
    const answer = terminal.askSecret('Password: ');
    input.write('sécret\r');
    expect((await answer)?.reveal()).toBe('sécret');
    expect(shown()).toBe('Password: \n');
  });

  it('accepts corrections', async () => {
    const { input, terminal } = createScreen();
    const answer = terminal.askSecret('Password: ');
    input.write('secrex\x7ft\r');
    expect((await answer)?.reveal()).toBe('secret');
  });

  it('can be repeated', async () => {
    const { input, terminal } = createScreen();
    const first = terminal.askSecret('1: ');
    input.write('one\r');
    expect((await first)?.reveal()).toBe('one');
    const second = terminal.askSecret('2: ');
    input.write('two\r');
    expect((await second)?.reveal()).toBe('two');
  });

  it.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('can be cancelled by %s', async (_, key) => {
    const { input, terminal } = createScreen();
    const answer = terminal.askSecret('Password: ');
    input.write(key);
    expect(await answer).toBeUndefined();
  });

  it('echoes input that is no secret', async () => {
    const { input, terminal, shown } = createScreen();
    const answer = terminal.ask('Mode: ');
    input.write('off\r');
    expect(await answer).toBe('off');
    expect(shown()).toMatch(/^Mode: .*off/s);
  });

  it('is not asked without a terminal', () => {
    expect(createTerminal(new PassThrough(), () => undefined).isInteractive).toBe(false);
    expect(createScreen().terminal.isInteractive).toBe(true);
  });
});
