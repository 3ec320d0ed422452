interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly responses: Readonly<
    Record<string, { readonly content: { readonly 'application/json': { readonly schema: Schema } } }>
  >;
}

interface Schema {
  readonly properties: { readonly errcode?: { readonly examples?: readonly string[] } };
}

/** The errors of an OpenAPI file of the client-server API, each as status and errcode; of all operations, or of one such as `post /login`. */
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
  return Object.entries(responses).flatMap(([status, { content }]) =>
    (content['application/json'].schema.properties.errcode?.examples ?? []).map((errcode) => `${status} ${errcode}`),
  );
}
