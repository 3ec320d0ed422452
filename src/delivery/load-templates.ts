import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtInTemplates, type TemplateName } from './built-in-templates.js';
import { SettingsFailure, type TemplateProblem } from './settings-failure.js';
import { createTemplates, type Templates, type TemplateSources } from './templates.js';
import { problemsOf } from './try-templates.js';

/** What loadTemplates needs. */
export interface LoadTemplatesDeps {
  /**
   * The administrator's templates, or undefined. They are programs with all rights of the daemon.
   */
  readonly folder: string | undefined;
  /** The name of this service, such as the host of its public URL. */
  readonly service: string;
}

/** Files that must be replaced together. */
const sets: readonly (readonly TemplateName[])[] = [
  ['validation.subject.eta', 'validation.txt.eta', 'validation.html.eta'],
  ['password.subject.eta', 'password.txt.eta', 'password.html.eta'],
  ['invite.subject.eta', 'invite.txt.eta', 'invite.html.eta'],
  ['in-use.subject.eta', 'in-use.txt.eta', 'in-use.html.eta'],
  ['code.txt.eta'],
];

const brandName = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const maxTemplateBytes = 256 * 1024;

/**
 * Returns the templates of the folder, and the built-in ones for all other messages. Its subfolders
 * are brands with the same structure: templates that a brand lacks come from the folder itself. All
 * are read and tested here. No name from outside reaches the file system. Throws SettingsFailure
 * with all problems.
 */
export async function loadTemplates({ folder, service }: LoadTemplatesDeps): Promise<Templates> {
  if (folder === undefined) return createTemplates({ service });
  const problems: TemplateProblem[] = [];
  const complain = (file: string, problem: string) => void problems.push({ file, problem });

  const usual = await readDesign(folder, '', builtInTemplates, complain);
  const brands = new Map<string, TemplateSources>();
  for (const name of usual.folders) {
    if (!brandName.test(name)) {
      complain(name, 'The name of a brand may contain small letters, digits, - and _ only.');
      continue;
    }
    const { sources, folders } = await readDesign(folder, name, usual.sources, complain);
    for (const inside of folders) complain(join(name, inside), 'A brand must not contain folders.');
    brands.set(name, sources);
  }
  if (problems.length > 0) throw new SettingsFailure({ kind: 'templates_unusable', folder, problems });
  return createTemplates({ service, usual: usual.sources, brands });
}

type Complain = (file: string, problem: string) => void;

interface ReadDesign {
  readonly sources: TemplateSources;
  readonly folders: readonly string[];
}

async function readDesign(
  root: string,
  brand: string,
  below: TemplateSources,
  complain: Complain,
): Promise<ReadDesign> {
  const own: { [Name in TemplateName]?: string | undefined } = {};
  const folders: string[] = [];
  for (const { name, isFolder } of await entriesOf(root, brand, complain)) {
    const file = join(brand, name);
    // Files that editors and file managers leave behind.
    if (name.startsWith('.') || name.endsWith('~')) continue;
    if (isFolder) {
      folders.push(name);
      continue;
    }
    const known = allNames.find((template) => template === name);
    if (known === undefined) complain(file, `There is no template with this name. Use one of ${allNames.join(', ')}.`);
    else if (known === 'code.txt.eta' && brand !== '') complain(file, 'Templates of codes must not be in a brand.');
    else own[known] = await readTemplate(root, file, complain);
  }
  for (const set of sets) {
    const given = set.filter((name) => own[name] !== undefined);
    if (given.length === 0) continue;
    for (const name of set.filter((member) => own[member] === undefined)) {
      complain(join(brand, name), `It is missing. ${given.join(' and ')} requires it. Add it.`);
    }
  }
  const replaced = Object.entries(own).filter(([, source]) => source !== undefined);
  const sources = { ...below, ...Object.fromEntries(replaced) };
  for (const { file, problem } of problemsOf(sources)) {
    if (own[file] !== undefined) complain(join(brand, file), problem);
  }
  return { sources, folders };
}

const allNames = Object.keys(builtInTemplates) as TemplateName[];

async function entriesOf(root: string, brand: string, complain: Complain) {
  try {
    const entries = await readdir(join(root, brand), { withFileTypes: true });
    return entries
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    complain(brand, `The folder cannot be read: ${codeOf(error)}.`);
    return [];
  }
}

async function readTemplate(root: string, file: string, complain: Complain): Promise<string | undefined> {
  try {
    const bytes = await readFile(join(root, file));
    if (bytes.length <= maxTemplateBytes) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    complain(file, `It is larger than ${maxTemplateBytes} bytes.`);
  } catch (error) {
    complain(
      file,
      error instanceof TypeError ? 'It is not UTF-8. Save it as UTF-8.' : `It cannot be read: ${codeOf(error)}.`,
    );
  }
  return undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
}
