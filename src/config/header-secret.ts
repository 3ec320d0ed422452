import type { z } from 'zod';
import type { Secret } from '../base/secret.js';
import { Complaint, secretText, text } from './value.js';

const minSecretLength = 16;
const fresh =
  'Put a fresh random text of at least 16 characters here, such as the output of `openssl rand -base64 32`.';

/** A secret of one program, which it sends in an HTTP header. */
export const headerSecret = secretText(
  {
    expects: `a random text of at least ${minSecretLength} characters`,
    samples: ['put-a-random-text-here'],
    minLength: minSecretLength,
    todo: fresh,
  },
  (input) =>
    /^[\x21-\x7e]*$/.test(input) ||
    new Complaint(
      'The value (not shown here) contains a space or another character that is not safe in an HTTP header. ' + fresh,
    ),
);

/** The name of a program that has a secret of its own. */
export const programName = text({ expects: 'a name of letters, digits, dots, dashes and underscores' }, (input) =>
  /^[\w.-]{1,64}$/.test(input) ? input : undefined,
);

/** Adds an issue if two programs of the list have the same name or the same secret. */
export function requireDistinct(
  programs: readonly { readonly name: string; readonly secret: Secret }[],
  { list, kind }: { readonly list: string; readonly kind: string },
  context: z.RefinementCtx,
): void {
  const complain = (message: string) => context.addIssue({ code: 'custom', path: [list], message });
  const names = programs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) complain(`The name ${twice} is in the list more than once.`);
  const shared = programs.find((one, index) =>
    programs.slice(0, index).some(({ secret }) => secret.equals(one.secret)),
  );
  if (shared === undefined) return;
  complain(`${shared.name} has the same secret as another ${kind}. Give each ${kind} a secret of its own.`);
}
