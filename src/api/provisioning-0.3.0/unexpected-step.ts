import type { LoginStep } from '../../login/shapes.js';

/** A defect: the login service asked for a step that this version cannot answer with at this place. */
export class UnexpectedStep extends Error {
  constructor(step: LoginStep) {
    super(`the login asks for the step ${step.kind}`);
    this.name = 'UnexpectedStep';
  }
}
