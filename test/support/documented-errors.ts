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

/** The errors of an OpenAPI file of an API of Matrix, pages left out, each as status and errcode; of all operations, or of one such as `post /login`. */
export function documentedErrors(text: string, only?: string): string[] {
  const { paths } = JSON.parse(text) as Described;
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => only === undefined || only === `${method} ${path}`)
      .flatMap(([, { responses }]) => errorsOf(responses)),
  );
  return [...new Set(found)];
}

function errorsOf(responses: DescribedOperation['responses']): string[] {
  // A reply with 200 may say that something was not successful.
  const errors = Object.entries(responses).filter(([status]) => status !== '200');
  return errors.flatMap(([status, { content }]) =>
    (content['application/json']?.schema.properties?.errcode?.examples ?? []).map((errcode) => `${status} ${errcode}`),
  );
}
