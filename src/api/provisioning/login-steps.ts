import { z } from 'zod';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { LoginInput } from '../../login/processes.js';
import type { Dialect, StepDeps } from './dialect.js';
import { readOwner } from './owner.js';
import { addingPhone, addPhoneNumber, type PhoneProofs } from './phone-proofs.js';
import { wirePhone } from './telegram-person.js';
import { UnexpectedStep } from './unexpected-step.js';

const phone = z
  .union([z.string(), z.int()])
  .optional()
  .catch(undefined)
  .meta({ description: 'The phone number to log in with, in international format.', examples: ['+123456789'] });

const code = z
  .union([z.string(), z.int().min(0)])
  .optional()
  .catch(undefined)
  .meta({
    description: 'The login code from Telegram. If it is an integer, lost leading zeros are restored.',
    examples: ['123456'],
  });

const password = z
  .string()
  .optional()
  .catch(undefined)
  .meta({
    description: 'The two-factor password, exactly as it was set: spaces are significant.',
    format: 'password',
    examples: ['hunter2'],
  });

const token = z
  .string()
  .optional()
  .catch(undefined)
  .meta({
    description: 'The bot token to log in with.',
    examples: ['297900271:IXjeGEcAN61zHnjPgkWnYWyvVp9K4ulHBEv'],
  });

const phoneAdded = z.object({
  phone: z
    .string()
    .nullable()
    .meta({ description: 'The phone number without the leading plus sign.', examples: ['123456789'] }),
  add_phone: z.literal('added'),
});

const successful = 'Login successful';

/** Returns the steps of a login that versions 0.3.0 and 1 share, and `add_phone`. */
export function loginSteps(dialect: Dialect) {
  const { base, mxidParameter, replies, words, operationIds, errorShapes } = dialect;
  const shared = <const Name extends keyof typeof operationIds>(name: Name) =>
    ({
      name,
      operationId: operationIds[name],
      method: 'POST',
      path: `${base}/${name}`,
      params: { mxid: mxidParameter },
      access: 'authenticated',
      errors: errorShapes(name),
    }) as const;
  const submit = (deps: StepDeps, owner: Mxid, input: LoginInput) =>
    deps.login.submit(owner, input).catch((error: unknown) => {
      throw dialect.restate(error, input);
    });
  const secret = (text: string | undefined) => (text === undefined ? undefined : new Secret(text));

  const requestCode = defineEndpoint(
    {
      ...shared('request_code'),
      summary: 'Request a phone code from Telegram',
      description: words.requestCode,
      body: dialect.body({ phone }),
      replies: { 200: { description: words.codeRequested, schema: replies.codeSent.schema } },
    },
    (deps: StepDeps) => ({
      async handler({ params, principal, body }) {
        const number = body.phone === undefined ? undefined : String(body.phone);
        const step = await submit(deps, readOwner(params, principal), { kind: 'phone', phone: number });
        if (step.kind !== 'code') throw new UnexpectedStep(step);
        return reply(200, await replies.codeSent.make(step.code, deps.clock.now()));
      },
    }),
  );

  const sendCode = defineEndpoint(
    {
      ...shared('send_code'),
      summary: 'Send the login code',
      body: dialect.body({ code }),
      replies: {
        200: { description: successful, schema: replies.completed.schema },
        202: {
          description: 'Correct code, but two-factor authentication is enabled',
          schema: replies.passwordNeeded.schema,
        },
      },
    },
    (deps: StepDeps) => ({
      async handler({ params, principal, body }) {
        const owner = readOwner(params, principal);
        const sent = typeof body.code === 'string' ? new Secret(body.code) : body.code;
        const step = await submit(deps, owner, { kind: 'code', code: sent });
        switch (step.kind) {
          case 'complete':
            return reply(200, await replies.completed.make(deps, owner, step.user));
          case 'password':
            return reply(202, await replies.passwordNeeded.make(step));
          case 'code':
            throw new UnexpectedStep(step);
        }
      },
    }),
  );

  const sendPassword = defineEndpoint(
    {
      ...shared('send_password'),
      summary: 'Send the two-factor auth password',
      ...(words.sendPassword === undefined ? {} : { description: words.sendPassword }),
      body: dialect.body({ password }),
      replies: { 200: { description: successful, schema: replies.completed.schema } },
    },
    (deps: StepDeps) => ({
      async handler({ params, principal, body }) {
        const owner = readOwner(params, principal);
        const step = await submit(deps, owner, { kind: 'password', password: secret(body.password) });
        if (step.kind !== 'complete') throw new UnexpectedStep(step);
        return reply(200, await replies.completed.make(deps, owner, step.user));
      },
    }),
  );

  const botToken = defineEndpoint(
    {
      ...shared('bot_token'),
      summary: 'Log in with a bot token',
      body: dialect.body({ token }),
      replies: { 200: { description: successful, schema: replies.botCompleted.schema } },
    },
    (deps: StepDeps) => ({
      async handler({ params, principal, body }) {
        const owner = readOwner(params, principal);
        const step = await submit(deps, owner, { kind: 'bot_token', token: secret(body.token) });
        if (step.kind !== 'complete') throw new UnexpectedStep(step);
        return reply(200, await replies.botCompleted.make(deps, owner, step.user));
      },
    }),
  );

  const addPhone = defineEndpoint(
    {
      ...shared('add_phone'),
      summary: addingPhone.summary,
      description: addingPhone.description + words.addPhone,
      replies: { 200: { description: addingPhone.reply, schema: phoneAdded } },
    },
    ({ login }: StepDeps, proofs: NonNullable<PhoneProofs>) => ({
      async handler({ params, principal }) {
        const number = await addPhoneNumber(login, proofs, readOwner(params, principal));
        return reply(200, { phone: wirePhone(number), add_phone: 'added' });
      },
    }),
  );

  return { requestCode, sendCode, sendPassword, botToken, addPhone };
}
