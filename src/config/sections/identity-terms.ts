import { z } from 'zod';
import { webAddress } from '../network-address.js';
import { valueNotes } from '../setting.js';

/** A policy: its version, and for each language its name and the URL of its text. */
export interface ConfiguredPolicy {
  readonly version: string;
  readonly languages: Readonly<Record<string, { readonly name: string; readonly url: string }>>;
}

const expects = 'a map of policies, each with version, and for each language (such as en) a map of name and url';

const text = z.strictObject(
  { name: z.string({ error: 'The name of the policy is missing.' }), url: webAddress },
  { error: 'A language must be a map of name and url.' },
);

const policy = z
  .object(
    { version: z.string({ error: 'The version of the policy is missing.' }) },
    { error: `It must be ${expects}.` },
  )
  .catchall(text)
  .transform(({ version, ...languages }, context): ConfiguredPolicy => {
    if (Object.keys(languages).length === 0) {
      context.addIssue({
        code: 'custom',
        message: 'The policy has no text. Add a language, such as en, with name and url.',
      });
    }
    return { version, languages };
  });

/** Policies by their IDs. */
export const policies = z.record(z.string(), policy, { error: `It must be ${expects}.` });
valueNotes.set(policies, { expects, form: 'map', secret: false, readsFiles: false });
