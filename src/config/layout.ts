import type { z } from 'zod';
import { groupNotes, settingNotes, type GroupNote, type SettingNote } from './setting.js';
import { isList, isTreeMap, valueAt, type Path, type TreeMap } from './tree.js';

/** One key, with its place. */
export interface Setting {
  readonly kind: 'setting';
  readonly path: Path;
  readonly note: SettingNote;
}

/** One group of keys, with its place and what is in it. */
export interface Group {
  readonly kind: 'group';
  readonly path: Path;
  readonly note: GroupNote;
  readonly entries: readonly (Setting | Group)[];
}

/** The keys and groups below `path`, in the order of their declaration. */
export function layoutOf(keys: Readonly<Record<string, z.ZodType>>, path: Path = []): (Setting | Group)[] {
  return Object.entries(keys).map(([name, schema]) => {
    const here = [...path, name];
    const setting = settingNotes.get(schema);
    if (setting) return { kind: 'setting', path: here, note: setting };
    const note = groupNotes.get(schema);
    if (!note) throw new Error(`${here.join('.')} was not declared as a setting or a group`);
    return { kind: 'group', path: here, note, entries: layoutOf(note.keys, here) };
  });
}

/** All keys among the entries, those in nested groups included. */
export function settingsIn(entries: readonly (Setting | Group)[]): Setting[] {
  return entries.flatMap((entry) => (entry.kind === 'setting' ? [entry] : settingsIn(entry.entries)));
}

/** The keys of the maps that the tree has in the list which is this setting; none where it is no list of maps. */
export function settingsOfItems({ path, note }: Setting, root: TreeMap): Setting[] {
  const list = note.kinds ? valueAt(root, path) : undefined;
  if (!isList(list)) return [];
  return list.flatMap((item, index) => {
    const type = isTreeMap(item) ? item['type'] : undefined;
    const known = typeof type === 'string' ? note.kinds?.[type] : undefined;
    return known ? settingsIn(layoutOf(known.keys, [...path, index])) : [];
  });
}
