/** A fenced block of code in a page of Markdown. */
export interface CodeBlock {
  /** The line of the fence, from 1. */
  readonly line: number;
  /** The first word of the info string; empty if there is none. */
  readonly language: string;
  /** The other words of the info string. */
  readonly marks: readonly string[];
  /** Without the indentation of the fence. */
  readonly text: string;
}

/** Returns the fenced blocks of a page, in order. Throws if one is not closed. */
export function codeBlocksIn(page: string): CodeBlock[] {
  const lines = page.split('\n');
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = '', fence = '', info = ''] = /^([ >]*)(```+|~~~+)(.*)$/.exec(lines[at] ?? '') ?? [];
    if (fence === '') continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    if (end < 0) throw new Error(`the block that begins in line ${at + 1} is not closed`);
    const [language = '', ...marks] = info.trim().split(/ +/);
    const content = lines
      .slice(at + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    blocks.push({ line: at + 1, language, marks, text: content.join('\n') });
    at = end;
  }
  return blocks;
}

/** A command of a `console` block, and the output that follows it. */
export interface ConsoleStep {
  readonly command: string;
  /** `…` and `...` stand for any text. Empty if the page shows no output. */
  readonly output: string;
}

/** Returns the commands of a `console` block: the lines that begin with `$ `. */
export function consoleSteps(text: string): ConsoleStep[] {
  const steps: { command: string; output: string }[] = [];
  for (const line of text.split('\n')) {
    const step = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: '' });
    else if (step === undefined) throw new Error(`a console block begins with "${line}" instead of a command`);
    else if (step.output === '' && step.command.endsWith('\\')) step.command += `\n${line}`;
    else step.output += `${line}\n`;
  }
  return steps;
}

/** Returns whether the output of a command is the one that a page shows. */
export function isShownOutput(shown: string, output: string): boolean {
  const pattern = shown
    .trim()
    .split(/…|\.{3}/)
    .map((part) => part.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${pattern}$`).test(output.trim());
}
