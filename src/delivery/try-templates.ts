import { escapeHtml } from '../base/escape-html.js';
import { PhoneNumber } from '../base/phone.js';
import { Secret } from '../base/secret.js';
import type { Mxid } from '../base/mxid.js';
import { shownMxid, sanitizeUntrustedText } from '../base/untrusted-text.js';
import { builtInTemplates, type TemplateName } from './built-in-templates.js';
import type { MailMessage } from './channel.js';
import type { EmailInUse, EmailInvite, EmailValidation, PhoneValidation } from './messenger.js';
import { createTemplates, type TemplateSources } from './templates.js';

/** A problem with one template of a set. */
export interface TriedTemplate {
  readonly file: TemplateName;
  readonly problem: string;
}

const link = 'https://id.example.com/page?one=1&two=2';
const linkInHtml = escapeHtml(link);
const token = 'kJ7mX2pQ9vB4nR8t';
const code = '480915';

const validation: EmailValidation = {
  kind: 'email_validation',
  to: 'alice@example.com',
  link: new Secret(link),
  token: new Secret(token),
  expiresInMs: 24 * 60 * 60_000,
  brand: undefined,
};
const passwordReset: EmailValidation = { ...validation, kind: 'email_password_reset' };
const invite: EmailInvite = {
  kind: 'email_invite',
  to: 'alice@example.com',
  link: new Secret(link),
  sender: shownMxid('@bob:example.com' as Mxid),
  senderDisplayName: sanitizeUntrustedText('Bob', 20),
  roomName: sanitizeUntrustedText('The garden', 20),
  brand: undefined,
};
const namelessInvite: EmailInvite = { ...invite, senderDisplayName: undefined, roomName: undefined };

const inUse: EmailInUse = { kind: 'email_in_use', to: 'alice@example.com', brand: undefined };

type Part = 'subject' | 'text' | 'html';

/**
 * Renders each template of a set with examples. Returns the problems: invalid syntax, an error, or
 * missing content.
 */
export function problemsOf(sources: TemplateSources): TriedTemplate[] {
  const names = Object.keys(builtInTemplates) as TemplateName[];
  return names.flatMap((file) => {
    const problem = problemOf(file, sources[file]);
    return problem === undefined ? [] : [{ file, problem }];
  });
}

function problemOf(file: TemplateName, source: string): string | undefined {
  try {
    // Uses the built-in templates for the others, so that an error comes from this one.
    const templates = createTemplates({ service: 'id.example.com', usual: { ...builtInTemplates, [file]: source } });
    const mail = (message: MailMessage, part: Part) => templates.mail(message)[part];
    switch (file) {
      case 'validation.subject.eta':
        return mail(validation, 'subject') === '' ? 'It renders an empty subject.' : undefined;
      case 'validation.txt.eta':
        return lacks(mail(validation, 'text'), [link, token], 'it.link or it.token');
      case 'validation.html.eta':
        return lacks(mail(validation, 'html'), [linkInHtml, token], 'it.link or it.token');
      case 'password.subject.eta':
        return mail(passwordReset, 'subject') === '' ? 'It renders an empty subject.' : undefined;
      case 'password.txt.eta':
        return lacks(mail(passwordReset, 'text'), [link, token], 'it.link or it.token');
      case 'password.html.eta':
        return lacks(mail(passwordReset, 'html'), [linkInHtml, token], 'it.link or it.token');
      case 'invite.subject.eta':
        return [invite, namelessInvite].some((message) => mail(message, 'subject') === '')
          ? 'It renders an empty subject.'
          : undefined;
      case 'invite.txt.eta':
        return lacks(mail(invite, 'text'), [link], 'it.link') ?? lacks(mail(namelessInvite, 'text'), [link], 'it.link');
      case 'invite.html.eta':
        return (
          lacks(mail(invite, 'html'), [linkInHtml], 'it.link') ??
          lacks(mail(namelessInvite, 'html'), [linkInHtml], 'it.link')
        );
      case 'in-use.subject.eta':
        return mail(inUse, 'subject') === '' ? 'It renders an empty subject.' : undefined;
      case 'in-use.txt.eta':
        return mail(inUse, 'text').trim() === '' ? 'It renders an empty text.' : undefined;
      case 'in-use.html.eta':
        return mail(inUse, 'html').trim() === '' ? 'It renders an empty text.' : undefined;
      case 'code.txt.eta':
        return lacks(templates.code(phoneValidation()), [code], 'it.code');
    }
  } catch (error) {
    // For invalid syntax, eta shows the whole program that it generated from the template.
    const [first = '', ...rest] = (error instanceof Error ? error.message : String(error)).split('\n');
    const reason = first === 'Bad template syntax' ? (rest.find((line) => line.trim() !== '') ?? first) : first;
    return `It fails: ${reason}.`;
  }
}

function lacks(rendered: string, wanted: readonly string[], names: string): string | undefined {
  return wanted.some((text) => rendered.includes(text)) ? undefined : `It does not write ${names}. Add it.`;
}

function phoneValidation(): PhoneValidation {
  const to = PhoneNumber.parse('+12025550123');
  if (to === undefined) throw new Error('an example of a phone number is none');
  return { kind: 'phone_validation', to, code: new Secret(code), expiresInMs: 600_000 };
}
