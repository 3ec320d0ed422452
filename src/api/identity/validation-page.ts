import { z } from 'zod';
import type { Failure } from '../../base/failure.js';
import { maskAddress } from '../../base/mask-address.js';
import { serverNameOf } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { defineEndpoint } from '../../http/endpoint.js';
import type { Validation } from '../../threepid/validation.js';
import { type ConfirmNames, confirmPage, provenPage, redirectPage } from '../../web/validation-pages.js';
import type { PageBrand } from '../../web/page-brand.js';
import { errorPage } from './error-page.js';
import { errorPages, inputKinds } from './error-shapes.js';
import { readSubmission, tokenMembers } from './session-shapes.js';
import { toErrorReply } from './to-error-reply.js';
import { submitKinds, verdictKinds } from './submit-token.js';
import { clientOf, type Version } from './version.js';

/** The dependencies of validationPages. */
export interface ValidationPagesDeps {
  readonly validation: Pick<Validation, 'submitToken' | 'checkToken'>;
  readonly pages: PageSettings;
}

/** The options of the pages. */
export interface PageSettings extends Pick<ConfirmNames, 'service' | 'operator'> {
  /**
   * Whether the page has a button. Otherwise opening the link completes the validation, even if a
   * program opens it.
   */
  readonly confirmClick: boolean;
  /** The operator at the top of each page. */
  readonly brand?: PageBrand | undefined;
}

const body = z.object(tokenMembers).meta({ title: 'ConfirmTokenRequest' });

/** Returns GET /validate/{medium}/submitToken, an HTML page, and the action of its button. */
export function validationPages(version: Version, medium: 'email' | 'msisdn') {
  const failurePage =
    ({ brand }: PageSettings) =>
    (thrown: Failure) => {
      const reply = toErrorReply(thrown, 'submit');
      return reply && errorPage(reply, brand);
    };
  const shared = { params: {}, access: 'public', body } as const;
  const kinds = [...verdictKinds, ...submitKinds];
  const path = version.submitPath(medium);
  // Relative to the page.
  const action = `${path.slice(path.lastIndexOf('/') + 1)}/confirm`;
  const opened = defineEndpoint(
    {
      ...shared,
      name: `open_${medium}_link`,
      operationId: `${version.operationPrefix}${medium}SubmitTokenGet`,
      method: 'GET',
      path,
      summary: 'The page behind the link in a message',
      description:
        'By default, a button on the page completes the validation. Otherwise opening the page does, and it ' +
        'redirects to the next link.',
      bodyFrom: 'query',
      replies: {
        200: { description: 'The page', page: true },
        302: { description: 'The 3PID was validated', page: true, headers: { Location: 'The next link.' } },
      },
      errors: errorPages(kinds),
    },
    ({ validation, pages }: ValidationPagesDeps) => ({
      failure: failurePage(pages),
      async handler(request) {
        const fields = request.body;
        const { key, token } = readSubmission(version.purpose, medium, fields);
        if (pages.confirmClick) {
          const proof = await validation.checkToken(key, token, clientOf(request, version));
          const requester = proof.mxid === undefined ? undefined : serverNameOf(proof.mxid);
          const names = { ...pages, address: maskAddress(proof), requester };
          return confirmPage(medium, names, { action, fields }, version.purpose, pages.brand);
        }
        const { nextLink } = await validation.submitToken(key, token, clientOf(request, version));
        const { brand } = pages;
        return nextLink === undefined ? provenPage(medium, undefined, brand) : redirectPage(medium, nextLink, brand);
      },
    }),
  );
  const confirmed = defineEndpoint(
    {
      ...shared,
      name: `confirm_${medium}_link`,
      operationId: `${version.operationPrefix}${medium}SubmitTokenConfirm`,
      method: 'POST',
      path: `${path}/confirm`,
      summary: 'The button of the page',
      bodyFrom: 'arguments',
      replies: { 200: { description: 'The 3PID was validated', page: true } },
      errors: errorPages([...inputKinds, ...kinds]),
    },
    ({ validation, pages }: ValidationPagesDeps) => ({
      failure: failurePage(pages),
      async handler(request) {
        const { key, token } = readSubmission(version.purpose, medium, request.body);
        const { nextLink } = await validation.submitToken(key, token, clientOf(request, version));
        return provenPage(medium, nextLink, pages.brand);
      },
    }),
  );
  return [opened, confirmed] as const;
}

/**
 * Returns the link in a mail of the identity service. A browser has no access token, so the link is
 * always that of version 1.
 */
export function validationLink(publicUrl: string, proof: LinkedProof): Secret {
  return linkTo(`${publicUrl}/_matrix/identity/api/v1/validate/email/submitToken`, proof);
}

/** The query of a link in a mail. */
export interface LinkedProof {
  readonly sid: string;
  readonly clientSecret: string;
  readonly token: Secret;
}

/** Returns the link to the page at that address. */
export function linkTo(page: string, session: LinkedProof): Secret {
  const query = new URLSearchParams({
    token: session.token.reveal(),
    client_secret: session.clientSecret,
    sid: session.sid,
  });
  return new Secret(`${page}?${query.toString()}`);
}
