import type { z } from 'zod';
import { groupNotes, settingNotes, type GroupNote, type SettingNote } from './setting.js';
import { isList, isTreeMap, valueAt, type Path, type TreeMap } from './tree.js';

/** One key with its path. */
export interface Setting {
  readonly kind: 'setting';
  readonly path: Path;
  readonly note: SettingNote;
}

/** One group of keys with its path and its entries. */
export interface Group {
  readonly kind: 'group';
  readonly path: Path;
  readonly note: GroupNote;
  readonly entries: readonly (Setting | Group)[];
}

/** Returns the keys and groups below `path`, in the order of their declaration. */
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

/** Returns all keys among the entries, including those in nested groups. */
export function settingsIn(entries: readonly (Setting | Group)[]): Setting[] {
  return entries.flatMap((entry) => (entry.kind === 'setting' ? [entry] : settingsIn(entry.entries)));
}

/**
 * Returns the keys of the maps in a list setting, or none if the tree has no list of maps there.
 */
export function settingsOfItems({ path, note }: Setting, root: TreeMap): Setting[] {
  const list = note.kinds ? valueAt(root, path) : undefined;
  if (!isList(list)) return [];
  return list.flatMap((item, index) => {
    const type = isTreeMap(item) ? item['type'] : undefined;
    const known = typeof type === 'string' ? note.kinds?.[type] : undefined;
    return known ? settingsIn(layoutOf(known.keys, [...path, index])) : [];
  });
}
