import { z } from 'zod';

/** What a list in a request body may hold. */
export interface ListBounds {
  readonly max: number;
  readonly description: string;
  /**
   * Whether a wrong element is reported as an error of the list (`wrong_value`) instead of as its
   * own.
   */
  readonly isOneValue?: boolean;
}

/**
 * Declares a list in a request body. The number of elements is checked before any of them, and the
 * check ends at the first that is wrong: the cost of a list from a client does not depend on what
 * it fills it with. Request bodies must have no other lists or records.
 */
export function boundedList<Element extends z.ZodType>(element: Element, bounds: ListBounds) {
  const { max, description, isOneValue = false } = bounds;
  const { $schema: _dialect, ...items } = z.toJSONSchema(element, { io: 'input', target: 'draft-2020-12' });
  return z
    .unknown()
    .transform((value, context): z.output<Element>[] => {
      const wrong = (path: PropertyKey[] = []) => {
        const input = value;
        if (isOneValue) context.addIssue({ code: 'custom', message: 'not such a list', input });
        else context.addIssue({ code: 'invalid_type', expected: 'array', path, input });
        return z.NEVER;
      };
      if (!Array.isArray(value)) return wrong();
      if (value.length > max) {
        context.addIssue({ code: 'too_big', origin: 'array', maximum: max, input: value });
        return z.NEVER;
      }
      const elements: z.output<Element>[] = [];
      for (const [index, given] of value.entries()) {
        const read = element.safeParse(given);
        if (!read.success) return wrong([index]);
        elements.push(read.data);
      }
      return elements;
    })
    .meta({ type: 'array', items, maxItems: max, description });
}
