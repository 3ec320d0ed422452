import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Ending } from '../../../src/base/ending.js';
import { anotherTurn } from '../../support/another-turn.js';

const never = () => new Promise<never>(() => undefined);

describe('an ending', () => {
  it('settles like the work if that is first', async () => {
    const ending = new Ending<Error>();
    expect(await ending.race(Promise.resolve(7))).toBe(7);
    await expect(ending.race(Promise.reject(new Error('of the work')))).rejects.toThrow('of the work');
  });

  it('rejects current and later waits with its first error', async () => {
    const ending = new Ending<Error>();
    const current = expect(ending.race(never())).rejects.toThrow('first');
    ending.end(new Error('first'));
    ending.end(new Error('second'));
    await current;
    await expect(ending.race(never())).rejects.toThrow('first');
    await expect(ending.race(Promise.resolve(7))).rejects.toThrow('first');
    await expect(ending.race(Promise.reject(new Error('of the work')))).rejects.toThrow('first');
    expect(ending.error?.message).toBe('first');
  });

  it('keeps nothing of work that has settled', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const ending = new Ending<Error>();
    const result = async (): Promise<WeakRef<object>> => new WeakRef(await ending.race(Promise.resolve({})));
    const kept = await result();
    await anotherTurn();
    collectGarbage();
    expect(kept.deref()).toBeUndefined();
    expect(ending.error).toBeUndefined();
  });
});
