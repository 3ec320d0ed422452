import { readOpenApiFile } from './openapi-file.js';

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly responses: Readonly<
    Record<string, { readonly content: { readonly 'application/json'?: { readonly schema: Schema } } }>
  >;
}

interface Schema {
  readonly properties?: { readonly errcode?: { readonly examples?: readonly string[] } };
}

/**
 * Returns the errors of a file of docs/openapi, without pages, as status and errcode: of all
 * operations, or of a single one such as `post /login`.
 */
export function documentedErrors(name: string, only?: string): string[] {
  const { paths } = readOpenApiFile(name) as Described;
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => only === undefined || only === `${method} ${path}`)
      .flatMap(([, { responses }]) => errorsOf(responses)),
  );
  return [...new Set(found)];
}

function errorsOf(responses: DescribedOperation['responses']): string[] {
  // A reply with status 200 can report a failure.
  const errors = Object.entries(responses).filter(([status]) => status !== '200');
  return errors.flatMap(([status, { content }]) =>
    (content['application/json']?.schema.properties?.errcode?.examples ?? []).map((errcode) => `${status} ${errcode}`),
  );
}
