import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTerminal } from '../../../src/cli/terminal.js';

/** A terminal without a screen: what is typed, and what is shown. */
function createScreen() {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const shown: string[] = [];
  return { input, terminal: createTerminal(input, (text) => shown.push(text)), shown: () => shown.join('') };
}

describe('a question for a password', () => {
  it('is answered unseen', async () => {
    const { input, terminal, shown } = createScreen();
    const answer = terminal.askSecret('Password: ');
    input.write('sécret\r');
    expect((await answer)?.reveal()).toBe('sécret');
    expect(shown()).toBe('Password: \n');
  });

  it('lets one correct oneself', async () => {
    const { input, terminal } = createScreen();
    const answer = terminal.askSecret('Password: ');
    input.write('secrex\x7ft\r');
    expect((await answer)?.reveal()).toBe('secret');
  });

  it('can be asked again', async () => {
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
  ])('may be refused by %s', async (_, key) => {
    const { input, terminal } = createScreen();
    const answer = terminal.askSecret('Password: ');
    input.write(key);
    expect(await answer).toBeUndefined();
  });

  it('shows what is typed if it is no secret', async () => {
    const { input, terminal, shown } = createScreen();
    const answer = terminal.ask('Mode: ');
    input.write('off\r');
    expect(await answer).toBe('off');
    expect(shown()).toMatch(/^Mode: .*off/s);
  });

  it('is not asked where nobody is', () => {
    expect(createTerminal(new PassThrough(), () => undefined).isInteractive).toBe(false);
    expect(createScreen().terminal.isInteractive).toBe(true);
  });
});
