import { expect, it } from 'vitest';
import { operationErrors as errorsOf030 } from '../../src/api/provisioning-0.3.0/error-shapes.js';
import { operationErrors as errorsOfV1 } from '../../src/api/provisioning-v1/error-shapes.js';
import { operationErrors as errorsOfV3 } from '../../src/api/provisioning-v3/error-shapes.js';
import { alice, startProvisioning, type JsonReply, type Provisioning } from '../support/provisioning.js';
import { readyOperations as operationsOf030 } from './provisioning-0.3.0/operations.js';
import { readyOperations as operationsOfV1 } from './provisioning-v1/operations.js';
import { make, readyOperations as operationsOfV3 } from './provisioning-v3/operations.js';

interface Tried {
  readonly name: string;
  readonly handOver?: 'automatic' | 'on_request' | undefined;
  /** Prepares the operation, and returns a function that calls it. */
  readonly prepare: (api: Provisioning) => Promise<() => Promise<JsonReply>>;
}

type Elder = Pick<(typeof operationsOfV1)['get_user'], 'method' | 'pathOf' | 'body' | 'handOver' | 'prepare'>;

const elder = (operations: Readonly<Record<string, Elder>>): Tried[] =>
  Object.entries(operations).map(([name, { method, pathOf, body, handOver, prepare }]) => ({
    name,
    handOver,
    async prepare(api) {
      await prepare(api);
      return () => api.call(method, pathOf(alice), body);
    },
  }));

const today: Tried[] = Object.entries(operationsOfV3).map(([name, { handOver, prepare }]) => ({
  name,
  handOver,
  async prepare(api) {
    const request = await prepare(api);
    return () => make(api, request);
  },
}));

const dialects = [
  [
    '0.3.0',
    elder(operationsOf030),
    errorsOf030,
    'mxid_deactivated',
    'Your Matrix account is deactivated. Log in to Matrix with another account.',
  ],
  [
    'v1',
    elder(operationsOfV1),
    errorsOfV1,
    'mxid_deactivated',
    'Your Matrix account is deactivated. Log in to Matrix with another account.',
  ],
  [
    'v3',
    today,
    errorsOfV3,
    'M_USER_DEACTIVATED',
    'Your Matrix account is deactivated. Log in to Matrix with another account',
  ],
] as const;

it.each(dialects)(
  '%s answers a deactivated Matrix account with its own error if that is documented, and only then',
  async (_, operations, errors, errcode, error) => {
    const documented: Readonly<Record<string, readonly string[]>> = errors;
    const refused: string[] = [];
    for (const { name, handOver, prepare } of operations) {
      const api = await startProvisioning({ fromTelegram: 'ask', ...(handOver ? { handOver } : {}) });
      try {
        const call = await prepare(api);
        api.deactivateOwners();
        const { status, json } = await call();
        // An undocumented answer is a defect.
        if (status !== 500 && json['errcode'] !== errcode) continue;
        refused.push(`${name} ${status} ${String(json['error'])}`);
      } finally {
        await api.close();
      }
    }
    const names = operations.map(({ name }) => name).filter((name) => documented[name]?.includes('owner_deactivated'));
    expect(refused.toSorted()).toEqual(names.map((name) => `${name} 403 ${error}`).toSorted());
  },
);
