import { readFileSync } from 'node:fs';

interface Values {
  readonly examples?: readonly (string | undefined)[];
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Values>>;
}

interface Response {
  readonly $ref?: string;
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly parameters: readonly Schema[];
  readonly requestBody?: Pick<Response, 'content'>;
  readonly responses: Readonly<Record<string, Response>>;
}

interface Document {
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/**
 * Returns a file of docs/openapi with its references resolved. The errcodes of an error are those
 * in its description, because operations share the schemas of their errors.
 */
export function readOpenApiFile(name: string): object {
  const file = new URL(`../../docs/openapi/${name}.json`, import.meta.url);
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;

  function resolve(node: unknown): unknown {
    if (Array.isArray(node)) return node.map(resolve);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref, ...rest } = node as { $ref?: string };
    const resolved = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, resolve(value)]));
    if ($ref === undefined) return resolved;
    const [, , kind = '', part = ''] = $ref.split('/');
    return { ...(resolve(document.components[kind]?.[part]) as object), ...resolved };
  }

  function withOwnErrcodes(response: Response): Response {
    const schema = response.content?.['application/json']?.schema;
    if (schema === undefined) return response;
    const own = [...response.description.matchAll(/`([^`]+)`/g)].map(([, errcode]) => errcode);
    const { examples = [] } = schema.properties?.['errcode'] ?? {};
    const errcode = { type: 'string', examples: own.filter((code) => examples.includes(code)) };
    const narrowed = { ...schema, properties: { ...schema.properties, errcode } };
    return { ...response, content: { 'application/json': { schema: narrowed } } };
  }

  const paths = Object.entries(document.paths).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => {
        const responses = Object.entries(operation.responses).map(([status, response]) => [
          status,
          response.$ref === undefined ? resolve(response) : withOwnErrcodes(resolve(response) as Response),
        ]);
        return [
          method,
          {
            security: document.security,
            ...(resolve(operation) as object),
            responses: Object.fromEntries(responses) as object,
          },
        ];
      }),
    ),
  ]);
  return { ...document, paths: Object.fromEntries(paths) as object };
}
