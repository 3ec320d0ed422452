import { describe, expect, it } from 'vitest';
import { createFaults, type FaultyCall } from '../../../src/sandbox/faults.js';

const call = (method: string, dc = 1, phone?: string): FaultyCall => ({ method, dc, phone });

describe('faults', () => {
  it('do not affect other calls', () => {
    const faults = createFaults();
    faults.add({ kind: 'silent', method: 'auth.signIn' });
    faults.add({ kind: 'drop', method: 'auth.logOut', dc: 2 });
    faults.add({ kind: 'rpc_error', code: 400, message: 'X', method: 'auth.sendCode', phone: '+1 (23)' });
    const none = { delayMs: 0, effect: { kind: 'none' } };
    expect(faults.fateOf(call('help.getConfig'))).toEqual(none);
    expect(faults.fateOf(call('auth.logOut', 1))).toEqual(none);
    expect(faults.fateOf(call('auth.sendCode', 1, '124'))).toEqual(none);
    expect(faults.fateOf(call('auth.sendCode', 1, '123')).effect).toEqual({
      kind: 'rpc_error',
      code: 400,
      message: 'X',
    });
  });

  it('are used newest first, as often as allowed, and then the next one', () => {
    const faults = createFaults();
    faults.add({ kind: 'rpc_error', code: 400, message: 'OLD' });
    faults.add({ kind: 'rpc_error', code: 400, message: 'NEW', times: 2 });
    const names = Array.from({ length: 3 }, () => {
      const { effect } = faults.fateOf(call('any'));
      return effect.kind === 'rpc_error' ? effect.message : effect.kind;
    });
    expect(names).toEqual(['NEW', 'NEW', 'OLD']);
  });

  it('can delay a call and make it fail too', () => {
    const faults = createFaults();
    faults.add({ kind: 'delay', ms: 20 });
    faults.add({ kind: 'drop', method: 'any' });
    expect(faults.fateOf(call('any'))).toEqual({ delayMs: 20, effect: { kind: 'drop' } });
  });

  it('of a whole data centre act on packets, and not on calls', () => {
    const faults = createFaults();
    faults.add({ kind: 'silent', dc: 1, times: 1 });
    faults.add({ kind: 'drop' });
    faults.add({ kind: 'refuse', dc: 3 });
    expect(faults.fateOf(call('any')).effect).toEqual({ kind: 'none' });
    expect([faults.swallowsPacket(2), faults.swallowsPacket(1), faults.swallowsPacket(1)]).toEqual([
      false,
      true,
      false,
    ]);
    expect([faults.cutsPacket(1), faults.cutsPacket(2)]).toEqual([true, true]);
    expect([faults.refusesConnections(1), faults.refusesConnections(3)]).toEqual([false, true]);
    faults.clear();
    expect([faults.cutsPacket(1), faults.refusesConnections(3)]).toEqual([false, false]);
  });
});
