import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/base/audit.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { createAuditLog } from '../../../src/observability/audit-log.js';
import { createCallerScope } from '../../../src/observability/caller-scope.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const alice = '@alice:example.test' as Mxid;
const caller = {
  requestId: 'r1',
  clientAddress: '192.0.2.7',
  actor: () => ({ type: 'shared_secret' }) as const,
};

function openLog(write?: (line: string) => void) {
  const lines: string[] = [];
  const scope = createCallerScope();
  const logger = createRecordingLogger();
  const clock = createFakeClock(Date.UTC(2026, 1, 3, 4, 5, 6));
  const audit = createAuditLog({
    write: write ?? ((line) => void lines.push(line)),
    scope,
    inBackground: { type: 'gangway' },
    clock,
    logger,
  });
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { audit, scope, logger, lines, entries };
}

describe('the audit log', () => {
  it('names the caller of the request that is served', () => {
    const { audit, scope, lines } = openLog();
    scope.run(caller, () => audit.record({ event: 'login.started', subject: alice }));
    expect(lines).toEqual([
      '{"timestamp":"2026-02-03T04:05:06.000Z","audit":"login.started","actor":"shared_secret",' +
        '"subject":"@alice:example.test","outcome":"ok","request_id":"r1","client_address":"192.0.2.7"}\n',
    ]);
  });

  it('names the caller after other work has run meanwhile', async () => {
    const { audit, scope, entries } = openLog();
    const other = { ...caller, requestId: 'r2', actor: () => ({ type: 'user', id: alice }) as const };
    const record = async () => {
      await Promise.resolve();
      audit.record({ event: 'login.started' });
    };
    await Promise.all([scope.run(caller, record), scope.run(other, record), record()]);
    expect(entries().map(({ actor, actor_id: id, request_id: request }) => [actor, id, request])).toEqual([
      ['shared_secret', undefined, 'r1'],
      ['user', alice, 'r2'],
      ['gangway', undefined, undefined],
    ]);
  });

  it('prefers the actor of the entry, and keeps the request', () => {
    const { audit, scope, entries } = openLog();
    const entry: AuditEntry = { event: 'session.ended', actor: { type: 'gangway' }, reason: 'revoked' };
    scope.run(caller, () => audit.record(entry));
    expect(entries()).toEqual([expect.objectContaining({ actor: 'gangway', reason: 'revoked', request_id: 'r1' })]);
  });

  it('stays on one line, and masks what looks like a secret', () => {
    const { audit, lines } = openLog();
    const details = { name: 'a\nb\u2028c', token: 'x', note: 'Bearer abcdefghijklmnop', phone: '+447700900123' };
    audit.record({ event: 'admin.request', outcome: 'failed', details });
    expect(lines.join('').match(/\n/g)).toHaveLength(1);
    expect(lines.join('')).not.toMatch(/abcdefghijklmnop|447700900123|"x"|\u2028/);
  });

  it('logs an entry that cannot be written, and does not throw', () => {
    const { audit, logger } = openLog(() => {
      throw new Error('the disk is full');
    });
    audit.record({ event: 'login.started', subject: alice });
    expect(logger.lines.map(({ level, message, fields }) => [level, message, fields['event']])).toEqual([
      ['error', 'audit entry not written', 'login.started'],
    ]);
  });
});
