import { Eta } from 'eta/core';
import { escapeHtml } from '../base/escape-html.js';
import { oneLine } from '../base/untrusted-text.js';
import { builtInTemplates, type TemplateName } from './built-in-templates.js';
import type { MailMessage } from './channel.js';
import type { EmailInUse, EmailInvite, EmailValidation, PhoneValidation } from './messenger.js';

/** An e-mail without its addresses. */
export interface MailText {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Renders messages. */
export interface Templates {
  readonly mail: (message: MailMessage) => MailText;
  readonly code: (message: PhoneValidation) => string;
}

/** The sources of a complete set of templates. */
export type TemplateSources = Readonly<Record<TemplateName, string>>;

export interface TemplatesDeps {
  /** The name of this service, such as the host of its public URL. */
  readonly service: string;
  /** Defaults to the built-in templates. */
  readonly usual?: TemplateSources;
  /** Other designs by their names. A message with none of these names gets the usual one. */
  readonly brands?: ReadonlyMap<string, TemplateSources>;
}

type TemplateData = Readonly<Record<string, string | undefined>>;
type Render = (data: TemplateData) => string;

const maxSubjectLength = 200;

/**
 * Returns templates in the language of eta: `it` contains the data, `<%= %>` writes it escaped for
 * the kind of the file, and an unknown name in `it` is an error. Throws the error of eta for an
 * invalid template.
 */
export function createTemplates({ service, usual = builtInTemplates, brands = new Map() }: TemplatesDeps): Templates {
  const usualDesign = designOf(usual);
  const designs = new Map([...brands].map(([name, sources]) => [name, designOf(sources)]));

  return {
    mail(message) {
      const design = designs.get(message.brand ?? '') ?? usualDesign;
      const { kind } = message;
      switch (kind) {
        case 'email_validation':
          return mailOf(design, 'validation', validationData(message, service));
        case 'email_password_reset':
          return mailOf(design, 'password', validationData(message, service));
        case 'email_invite':
          return mailOf(design, 'invite', inviteData(message, service));
        case 'email_in_use':
          return mailOf(design, 'in-use', inUseData(message, service));
      }
    },

    code: ({ code, expiresInMs }) =>
      usualDesign['code.txt.eta']({ service, code: code.reveal(), expiresIn: inWords(expiresInMs) }).trim(),
  };
}

type Design = Readonly<Record<TemplateName, Render>>;

function mailOf(design: Design, what: 'validation' | 'password' | 'invite' | 'in-use', data: TemplateData): MailText {
  const subject = oneLine(design[`${what}.subject.eta`](data));
  return {
    subject: Array.from(subject).slice(0, maxSubjectLength).join(''),
    text: design[`${what}.txt.eta`](data),
    html: design[`${what}.html.eta`](data),
  };
}

function validationData({ to, link, token, expiresInMs }: EmailValidation, service: string): TemplateData {
  return { service, to, link: link.reveal(), token: token.reveal(), expiresIn: inWords(expiresInMs) };
}

function inviteData({ to, link, sender, senderDisplayName, roomName }: EmailInvite, service: string): TemplateData {
  return {
    service,
    to,
    link: link.reveal(),
    sender,
    senderDisplayName,
    roomName,
  };
}

function inUseData({ to }: EmailInUse, service: string): TemplateData {
  return { service, to };
}

function designOf(sources: TemplateSources): Design {
  return {
    'validation.subject.eta': compiled(sources['validation.subject.eta'], plainText),
    'validation.txt.eta': compiled(sources['validation.txt.eta'], plainText),
    'validation.html.eta': compiled(sources['validation.html.eta'], htmlText),
    'password.subject.eta': compiled(sources['password.subject.eta'], plainText),
    'password.txt.eta': compiled(sources['password.txt.eta'], plainText),
    'password.html.eta': compiled(sources['password.html.eta'], htmlText),
    'invite.subject.eta': compiled(sources['invite.subject.eta'], plainText),
    'invite.txt.eta': compiled(sources['invite.txt.eta'], plainText),
    'invite.html.eta': compiled(sources['invite.html.eta'], htmlText),
    'in-use.subject.eta': compiled(sources['in-use.subject.eta'], plainText),
    'in-use.txt.eta': compiled(sources['in-use.txt.eta'], plainText),
    'in-use.html.eta': compiled(sources['in-use.html.eta'], htmlText),
    'code.txt.eta': compiled(sources['code.txt.eta'], plainText),
  };
}

// Excludes the part of eta that reads files, since includes and layouts could read any path.
function compiled(source: string, escapeFunction: (value: unknown) => string): Render {
  const eta = new Eta({ escapeFunction, autoTrim: false });
  const template = eta.compile(source);
  return (data) => eta.render(template, strict(data));
}

function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function htmlText(value: unknown): string {
  return escapeHtml(plainText(value));
}

/** Returns the data, which throws for unknown names. */
function strict(data: TemplateData): TemplateData {
  return new Proxy(data, {
    get(target, name) {
      if (typeof name === 'string' && !Object.hasOwn(target, name)) throw new Error(`there is no it.${name}`);
      return Reflect.get(target, name) as unknown;
    },
  });
}

function inWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const hours = Math.round(minutes / 60);
  if (minutes < 120) return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return hours <= 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
