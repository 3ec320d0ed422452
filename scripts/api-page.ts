import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const require = createRequire(import.meta.url);

/**
 * Returns one HTML page that shows all OpenAPI files of docs/openapi. The renderer is inside the
 * page, which sends no requests.
 */
export async function renderApiPage(): Promise<string> {
  const folder = join(root, 'docs/openapi');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const documents = await Promise.all(
    names.map(async (name) => {
      const document: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
      return [basename(name, '.json'), document] as const;
    }),
  );
  const [script, style] = await Promise.all(
    [require.resolve('swagger-ui-dist/swagger-ui-bundle.js'), require.resolve('swagger-ui-dist/swagger-ui.css')].map(
      (file) => readFile(file, 'utf8'),
    ),
  );
  return page(JSON.stringify(Object.fromEntries(documents)), script ?? '', style ?? '');
}

const start = `
const documents = JSON.parse(document.getElementById('documents').textContent);
const names = Object.keys(documents);
const choice = document.getElementById('choice');
choice.append(...names.map((name) => new Option(documents[name].info.title + ' (' + name + ')', name)));
function show() {
  const asked = location.hash.slice(1);
  const name = names.includes(asked) ? asked : 'provisioning-v3';
  choice.value = name;
  document.title = documents[name].info.title;
  SwaggerUIBundle({
    spec: documents[name],
    domNode: document.getElementById('api'),
    presets: [SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
    supportedSubmitMethods: [],
    validatorUrl: null,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
  });
}
choice.addEventListener('change', () => { location.hash = choice.value; });
addEventListener('hashchange', show);
show();
`;

// An end of a script inside a script would end it.
const inScript = (text: string) => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

function page(documents: string, script: string, style: string): string {
  const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>Gangway API</title>
<style>${style.replaceAll('</style', '')}
body { margin: 0; }
nav { padding: 1rem 20px; font: 1rem/1.5 sans-serif; background: #f4f6f9; }
select { font: inherit; max-width: 100%; }
</style>
</head>
<body>
<nav><label>API <select id="choice"></select></label></nav>
<main id="api"></main>
<script type="application/json" id="documents">${documents.replaceAll('<', '\\u003c')}</script>
<script>${inScript(script)}</script>
<script>${start}</script>
</body>
</html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(join(root, 'site'), { recursive: true });
  await writeFile(join(root, 'site/api.html'), await renderApiPage());
  console.log('Wrote site/api.html.');
}
