import type { Reporter, TestModule } from 'vitest/node';

/**
 * Fails the run if two tests of a file have the same title, since a report of the one could be
 * about the other. Put a value of each row into the title of `it.each`; `$name` is cut after 40
 * characters, `%s` is not.
 */
export default class DistinctTitles implements Reporter {
  readonly #repeated: string[] = [];

  onTestModuleCollected(testModule: TestModule): void {
    const titles = Array.from(testModule.children.allTests(), ({ fullName }) => fullName);
    for (const title of new Set(titles.filter((each, index) => titles.indexOf(each) < index))) {
      this.#repeated.push(`${testModule.relativeModuleId}: ${title}`);
    }
  }

  onTestRunEnd(): void {
    if (this.#repeated.length === 0) return;
    console.error(`Several tests of one file have the same title:\n${this.#repeated.join('\n')}\n`);
    process.exitCode = 1;
  }
}
