import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Validation } from '../../threepid/validation.js';
import { anyKinds, errorShapes } from './error-shapes.js';
import { text } from './input.js';
import { readSession, sessionMembers, validatedSessionKinds } from './session-shapes.js';
import type { Version } from './version.js';

const proven = z.object({
  medium: text('The medium of the 3PID: email or msisdn.'),
  address: text('The 3PID in its canonical form.'),
  validated_at: z.int().meta({ description: 'When it was validated, in milliseconds since 1970.' }),
});

/** GET /3pid/getValidated3pid */
export function getValidated(version: Version) {
  return defineEndpoint(
    {
      name: 'get_validated_3pid',
      operationId: 'getValidated3pid',
      method: 'GET',
      path: '/3pid/getValidated3pid',
      params: {},
      access: version.access,
      summary: 'Get the 3PID that was validated in a session',
      body: z.looseObject(sessionMembers),
      bodyFrom: 'query',
      replies: { 200: { description: 'The validated 3PID', schema: proven } },
      errors: errorShapes([...version.entryKinds, 'missing', ...validatedSessionKinds, ...anyKinds]),
    },
    ({ validation }: { readonly validation: Pick<Validation, 'loadValidated'> }) => ({
      async handler({ body }) {
        const { medium, address, validatedAt } = await validation.loadValidated(readSession(version.purpose, body));
        return reply(200, { medium, address, validated_at: validatedAt });
      },
    }),
  );
}
