import type { LoginStep } from '../../login/processes.js';

/** A defect: this version has no answer for the step that the login service requires here. */
export class UnexpectedStep extends Error {
  constructor(step: LoginStep) {
    super(`unexpected login step ${step.kind}`);
    this.name = 'UnexpectedStep';
  }
}
