import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBodyBudget } from '../../../src/http/body-budget.js';

const limits = { totalBytes: 1000, clientBytes: 400, publicBytes: 500 };

describe('the budget of body bytes', () => {
  it('has a part for each client', () => {
    const budget = createBodyBudget(limits);
    const [one, two] = [1, 2].map(() => budget.open({ client: 'a', isPublic: false }));
    expect(one?.take(300)).toBe(true);
    expect(two?.take(101)).toBe(false);
    expect(two?.take(100)).toBe(true);
    expect(budget.open({ client: 'b', isPublic: false }).take(400)).toBe(true);
  });

  it('leaves a part for requests with credentials', () => {
    const budget = createBodyBudget(limits);
    expect(budget.open({ client: 'a', isPublic: true }).take(400)).toBe(true);
    expect(budget.open({ client: 'b', isPublic: true }).take(101)).toBe(false);
    expect(budget.open({ client: 'b', isPublic: false }).take(101)).toBe(true);
  });

  it('never exceeds a limit, and is complete again when all is released', () => {
    const step = fc.record({
      client: fc.constantFrom('a', 'b', 'c', 'd'),
      isPublic: fc.boolean(),
      bytes: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 4 }),
      isReleased: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const budget = createBodyBudget(limits);
        const held: { client: string; isPublic: boolean; bytes: number }[] = [];
        const open = steps.map(({ client, isPublic, bytes, isReleased }) => {
          const allowance = budget.open({ client, isPublic });
          const taken = bytes.filter((count) => allowance.take(count)).reduce((sum, count) => sum + count, 0);
          if (isReleased) allowance.release();
          else held.push({ client, isPublic, bytes: taken });
          const sum = (only: (one: (typeof held)[number]) => boolean) =>
            held.filter(only).reduce((all, one) => all + one.bytes, 0);
          expect(sum(() => true)).toBeLessThanOrEqual(limits.totalBytes);
          expect(sum((one) => one.client === client)).toBeLessThanOrEqual(limits.clientBytes);
          expect(sum((one) => one.isPublic)).toBeLessThanOrEqual(limits.publicBytes);
          return allowance;
        });
        for (const allowance of open) {
          allowance.release();
          allowance.release();
        }
        expect(budget.open({ client: 'a', isPublic: false }).take(limits.clientBytes)).toBe(true);
        expect(budget.open({ client: 'b', isPublic: false }).take(limits.clientBytes)).toBe(true);
        expect(budget.open({ client: 'c', isPublic: true }).take(200)).toBe(true);
      }),
    );
  });
});
