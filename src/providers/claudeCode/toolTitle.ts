const firstOf = [
  'command',
  'file_path',
  'notebook_path',
  'path',
  'pattern',
  'url',
  'query',
  'description',
  'skill',
];
const titleLimit = 300;

/** One line for a person: what the tool is about to do. */
export function toolTitle(name: string, input: unknown): string {
  const text = toolDetail(name, input).replace(/\s+/g, ' ').trim();
  return text.length > titleLimit ? `${text.slice(0, titleLimit)}…` : text;
}

/** The command, path or question itself. */
export function toolDetail(name: string, input: unknown): string {
  const fields = isRecord(input) ? input : {};
  if (name === 'AskUserQuestion') return questionsOf(fields['questions']).join('\n') || name;
  for (const field of firstOf) {
    const value = fields[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  return Object.keys(fields).length === 0 ? name : JSON.stringify(fields);
}

function questionsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap(one =>
    isRecord(one) && typeof one['question'] === 'string' ? [one['question']] : [],
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
