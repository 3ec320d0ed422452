import { Secret } from '../../base/secret.js';
import type { LoginInput } from '../../login/processes.js';

const base = 'fi.mau.telegram.login';

/** The IDs of login steps. */
export const stepIds = {
  phone: `${base}.phone_number`,
  code: `${base}.code`,
  codeIncorrect: `${base}.code.incorrect`,
  password: `${base}.password`,
  passwordIncorrect: `${base}.password.incorrect`,
  botToken: `${base}.bot_token`,
  qr: `${base}.show_qr`,
  complete: `${base}.complete`,
} as const;

/** The IDs of step fields: the ID of the step when it is first shown. */
export const fieldIds = {
  phone: stepIds.phone,
  code: stepIds.code,
  password: stepIds.password,
  botToken: stepIds.botToken,
} as const;

/** Returns the input in the fields of a step; undefined for a step without fields. */
export function readInput(stepId: string, fields: Readonly<Record<string, unknown>>): LoginInput | undefined {
  switch (stepId) {
    case stepIds.phone:
      return { kind: 'phone', phone: textOf(fields[fieldIds.phone]) };
    case stepIds.code:
    case stepIds.codeIncorrect:
      return { kind: 'code', code: codeOf(fields[fieldIds.code]) };
    case stepIds.password:
    case stepIds.passwordIncorrect:
      return { kind: 'password', password: secretOf(fields[fieldIds.password]) };
    case stepIds.botToken:
      return { kind: 'bot_token', token: secretOf(fields[fieldIds.botToken]) };
    default:
      return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || Number.isSafeInteger(value) ? String(value) : undefined;
}

function codeOf(value: unknown): Secret | number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : secretOf(value);
}

function secretOf(value: unknown): Secret | undefined {
  return typeof value === 'string' ? new Secret(value) : undefined;
}
