import * as z from 'zod';
import { parseJson } from '../../core/parseJson.ts';

/** Two texts to compare. */
export interface Change {
  readonly before: string;
  readonly after: string;
}

export interface ProposedChange {
  readonly file: string;
  /** Given the file's present text; undefined where there is no file. */
  readonly changeOf: (present: string | undefined) => Change;
}

const writeSchema = z.looseObject({ file_path: z.string(), content: z.string() });
const editSchema = z.looseObject({
  file_path: z.string(),
  old_string: z.string(),
  new_string: z.string(),
  replace_all: z.boolean().default(false),
});
const notebookEditSchema = z.looseObject({
  notebook_path: z.string(),
  cell_id: z.string().optional(),
  new_source: z.string().default(''),
  edit_mode: z.enum(['replace', 'insert', 'delete']).default('replace'),
});
const notebookSchema = z.looseObject({
  cells: z.array(
    z.looseObject({ id: z.string().optional(), source: z.union([z.string(), z.array(z.string())]) }),
  ),
});

/** What a call of a file tool would write; undefined for every other call. */
export function proposedChange(tool: string, input: unknown): ProposedChange | undefined {
  switch (tool) {
    case 'Write': {
      const { data } = writeSchema.safeParse(input);
      return data && { file: data.file_path, changeOf: (before = '') => ({ before, after: data.content }) };
    }
    case 'Edit': {
      const { data } = editSchema.safeParse(input);
      return data && { file: data.file_path, changeOf: (present = '') => editOf(data, present) };
    }
    case 'NotebookEdit': {
      const { data } = notebookEditSchema.safeParse(input);
      return data && { file: data.notebook_path, changeOf: (present = '') => cellEditOf(data, present) };
    }
    default:
      return undefined;
  }
}

/** Of the whole file; of the piece alone where the file does not hold it as it is given. */
function editOf(edit: z.infer<typeof editSchema>, present: string): Change {
  const { old_string: old, new_string: next, replace_all: all } = edit;
  const [first = '', ...rest] = old === '' ? [present] : present.split(old);
  if (rest.length === 0) return { before: old, after: next };
  return { before: present, after: `${first}${next}${rest.join(all ? next : old)}` };
}

/** Of the cell's own text. */
function cellEditOf(edit: z.infer<typeof notebookEditSchema>, present: string): Change {
  const { cell_id: id, new_source: source, edit_mode: mode } = edit;
  const cells = notebookSchema.safeParse(parseJson(present)).data?.cells ?? [];
  const cell = cells.find(one => id !== undefined && one.id === id);
  return {
    before: mode === 'insert' ? '' : [cell?.source ?? ''].flat().join(''),
    after: mode === 'delete' ? '' : source,
  };
}
