import { z } from 'zod';
import type { ApiFile } from '../api/generated-files.js';
import { docComment, property, typeName, typeOf, type Schema } from './client-types.js';

const schema = z.custom<Schema>((value) => typeof value === 'object' && value !== null);
const content = z.record(z.string(), z.object({ schema: schema.optional() }));
const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  description: z.string().optional(),
  schema: schema.optional(),
});
const reference = z.object({ $ref: z.string() });
const operation = z.object({
  summary: z.string().optional(),
  parameters: z.array(z.union([reference, parameter])).default([]),
  requestBody: z.object({ required: z.boolean().default(false), content }).optional(),
  responses: z.record(z.string(), z.union([reference, z.object({ content: content.optional() })])),
});
const openApi = z.object({
  info: z.object({ title: z.string() }),
  servers: z.tuple([z.object({ url: z.string() })], z.unknown()),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({
    schemas: z.record(z.string(), schema).default({}),
    parameters: z.record(z.string(), parameter).default({}),
  }),
});

type Document = z.infer<typeof openApi>;
type Operation = z.infer<typeof operation>;

/** Returns the files of clients/typescript that are made from these OpenAPI files. */
export function clientFiles(files: readonly ApiFile[]): ApiFile[] {
  return files
    .filter(({ path }) => path.endsWith('.json'))
    .map(({ path, render }) => ({
      path: path.replace('docs/openapi/', 'clients/typescript/src/generated/').replace('.json', '.ts'),
      render: () => renderClientFile(path, openApi.parse(JSON.parse(render()))),
    }));
}

function renderClientFile(source: string, document: Document): string {
  const types = Object.entries(document.components.schemas).map(
    ([name, each]) => `${docComment(each.description)}export type ${typeName(name)} = ${typeOf(each)};\n`,
  );
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => renderOperation(`${method.toUpperCase()} ${path}`, each, document)),
  );
  return indented([
    `// Made from ${source} by \`npm run generate\`.\n`,
    `import type { Api } from '../client.js';\n`,
    ...types,
    `/** The operations of "${document.info.title}", by method and path. */`,
    `export interface Operations {\n${operations.join('\n')}\n}\n`,
    `/** For \`createClient\`. */`,
    `export const api: Api<Operations> = { path: ${JSON.stringify(document.servers[0].url)} };`,
    '',
  ]);
}

/** Joins the parts, and indents the lines between braces. */
function indented(parts: readonly string[]): string {
  let depth = 0;
  const lines = parts.join('\n').split('\n');
  return lines
    .map((line) => {
      if (line.startsWith('}')) depth -= 1;
      const text = line === '' ? '' : `${'  '.repeat(depth)}${line}`;
      if (line.endsWith('{')) depth += 1;
      return text;
    })
    .join('\n');
}

function renderOperation(name: string, each: Operation, { components }: Document): string {
  const parameters = each.parameters.flatMap((given) => {
    const found = '$ref' in given ? components.parameters[given.$ref.replace(/^.*\//, '')] : given;
    return found ? [found] : [];
  });
  const among = (place: string) => {
    const found = parameters.filter((it) => it.in === place);
    const members = found.map((it) => property(it.name, typeOf(it.schema), it.required, it.description));
    return found.length === 0 ? 'Readonly<Record<string, never>>' : `{\n${members.join('\n')}\n}`;
  };
  const body = each.requestBody;
  const bodyType = body ? `${typeOf(jsonIn(body.content))}${body.required ? '' : ' | undefined'}` : 'undefined';
  const replies = Object.entries(each.responses).flatMap(([status, response]) =>
    status.startsWith('2') && 'content' in response && response.content ? [typeOf(jsonIn(response.content))] : [],
  );
  const reply = [...new Set(replies)].join(' | ') || 'unknown';
  return `${docComment(each.summary)}readonly ${JSON.stringify(name)}: {
readonly path: ${among('path')};
readonly query: ${among('query')};
readonly body: ${bodyType};
readonly reply: ${reply};
};`;
}

const jsonIn = (types: z.infer<typeof content>): Schema | undefined => types['application/json']?.schema;
