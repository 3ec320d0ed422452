import { afterEach, describe, expect, it } from 'vitest';
import { loginPaths, type ClientServer } from '../../support/client-server.js';
import { documentedErrors } from '../../support/documented-errors.js';
import { bytesOf, orderOfChecks, sharedRows, v1Rows, v3Rows, type LoginErrorRow } from './login-errors.js';
import { serverWith } from './server-with.js';

const versions = [
  { version: 'v3', path: loginPaths.v3, rows: [...sharedRows, ...v3Rows], order: orderOfChecks },
  {
    version: 'v1',
    path: loginPaths.v1,
    rows: [...sharedRows, ...v1Rows],
    // Neither exists in version 1: its tokens do not expire, and its type may be absent.
    order: orderOfChecks.filter(({ title }) => title !== 'refresh_token' && title !== 'the presence of a type'),
  },
] as const;

let server: ClientServer;

afterEach(() => server.close());

async function answerTo(row: LoginErrorRow, path: string) {
  server = await serverWith(row.given, path);
  return server.send({ method: 'POST', path, headers: { ...row.headers }, body: bytesOf(row) });
}

describe.each(versions)('POST /login, $version,', ({ version, path, rows, order }) => {
  it.each(rows)('rejects $title', async (row) => {
    const { status, json, headers } = await answerTo(row, path);
    expect({ status, errcode: json['errcode'], error: json['error'] }).toEqual({
      status: row.status,
      errcode: row.errcode,
      error: row.error,
    });
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
    });
    const retryAfterMs = json['retry_after_ms'];
    const seconds = typeof retryAfterMs === 'number' ? String(Math.ceil(retryAfterMs / 1000)) : undefined;
    expect(headers['retry-after']).toBe(seconds);
    expect(seconds !== undefined).toBe(status === 429);
  });

  it.each(order)('checks $title before the following ones', async (row) => {
    const { status, json } = await answerTo(row, path);
    expect({ status, errcode: json['errcode'], error: json['error'] }).toEqual({
      status: row.status,
      errcode: row.errcode,
      error: row.error,
    });
  });

  it('has a row for every documented error', async () => {
    server = await serverWith(undefined, path);
    const tried = rows.map(({ status, errcode }) => `${status} ${errcode}`);
    const documented = documentedErrors(`client-server-${version}`, 'post /login');
    expect(documented.length).toBeGreaterThan(10);
    expect(documented.filter((error) => !tried.includes(error))).toEqual([]);
  });
});
