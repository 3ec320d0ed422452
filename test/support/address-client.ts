import { MatrixError, type MatrixClient } from 'matrix-js-sdk';
import { expect } from 'vitest';
import { pressButton, provingLink } from './address-environment.js';
import type { GatewayApi } from './gateway-api.js';
import type { MailServer } from './mail-server.js';
import { matrixClient } from './matrix-client.js';

/** A user who is logged in with matrix-js-sdk. */
export interface Person {
  readonly mxid: string;
  readonly password: string;
  readonly client: MatrixClient;
}

/** The fields that identify a validation session, as clients send them. */
export interface Session {
  readonly sid: string;
  readonly client_secret: string;
}

/** The base URL of the homeserver, and what is sent from there. */
export interface ClientEnvironment {
  readonly url: string;
  readonly mails: MailServer;
  readonly gateway: GatewayApi;
}

const byUser = (user: string) => ({ type: 'm.id.user', user });
export const byEmail = (address: string) => ({ type: 'm.id.thirdparty', medium: 'email', address });
export const byPhone = (phone: string) => ({ type: 'm.id.phone', country: 'GB', phone, number: phone });

/** What users do with their 3PIDs, by an unmodified matrix-js-sdk. */
export function addressClient({ url, mails, gateway }: ClientEnvironment) {
  function logInBy(identifier: { readonly type: string }, password: string) {
    return matrixClient(url).loginRequest({ type: 'm.login.password', identifier, password });
  }

  async function logIn(localpart: string, password = `the password of ${localpart}`): Promise<Person> {
    const { access_token: accessToken, user_id: mxid } = await logInBy(byUser(localpart), password);
    return { mxid, password, client: matrixClient(url, { accessToken, userId: mxid, idBaseUrl: url }) };
  }

  /**
   * Adds with the password, as clients do: first without it, then again with the stages that are
   * required.
   */
  async function add({ client, mxid, password }: Person, session: Session): Promise<void> {
    const challenge = await client.addThreePidOnly(session).then(
      () => expect.unreachable('it was added without a password'),
      (error: unknown) => (error instanceof MatrixError ? error : expect.unreachable(String(error))),
    );
    expect(challenge).toMatchObject({ httpStatus: 401, data: { flows: [{ stages: ['m.login.password'] }] } });
    const identifier = { type: 'm.id.user', user: mxid };
    const auth = { type: 'm.login.password', identifier, password, session: String(challenge.data['session']) };
    expect(await client.addThreePidOnly({ ...session, auth })).toEqual({});
  }

  async function listed({ client }: Person): Promise<string[]> {
    const { threepids } = await client.getThreePids();
    return threepids.map(({ medium, address, validated_at: validatedAt, added_at: addedAt }) => {
      expect(addedAt).toBeGreaterThanOrEqual(validatedAt);
      expect(validatedAt).toBeGreaterThan(Date.now() - 60_000);
      return `${medium} ${address}`;
    });
  }

  async function askForMail({ client }: Person, address: string): Promise<Session> {
    const secret = client.generateClientSecret();
    const { sid } = await client.requestAdd3pidEmailToken(address, secret, 1);
    return { sid, client_secret: secret };
  }

  async function addEmail(person: Person, address: string): Promise<void> {
    const session = await askForMail(person, address);
    expect(await pressButton(await provingLink(mails, address))).toMatchObject({ status: 200 });
    await add(person, session);
  }

  async function addPhone(person: Person, national: string, canonical: string): Promise<void> {
    const { client } = person;
    const secret = client.generateClientSecret();
    const asked = await client.requestAdd3pidMsisdnToken('GB', national, secret, 1);
    const { sid, submit_url: submitUrl = '' } = asked;
    expect(asked).toMatchObject({ msisdn: canonical, success: true });
    const { code } = await gateway.next(`+${canonical}`);
    const submit = (token: string) => client.submitMsisdnTokenOtherUrl(submitUrl, sid, secret, token);
    await expect(submit(code === '000000' ? '111111' : '000000')).rejects.toMatchObject({
      httpStatus: 400,
      errcode: 'M_TOKEN_INCORRECT',
    });
    expect(await submit(code)).toEqual({ success: true });
    await add(person, { sid, client_secret: secret });
  }

  return { logIn, logInBy, add, listed, askForMail, addEmail, addPhone };
}
