export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: KeyName };

const names = {
  '\r': 'enter',
  '\n': 'newline',
  '\u001b\r': 'newline',
  '\u001b\n': 'newline',
  '\u0003': 'interrupt',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b\u007f': 'deleteWord',
  '\u0017': 'deleteWord',
  '\u0015': 'deleteToStart',
  '\u000b': 'deleteToEnd',
  '\u0001': 'home',
  '\u0005': 'end',
  '\u001b[H': 'home',
  '\u001bOH': 'home',
  '\u001b[1~': 'home',
  '\u001b[F': 'end',
  '\u001bOF': 'end',
  '\u001b[4~': 'end',
  '\u001b[3~': 'delete',
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[C': 'right',
  '\u001bOC': 'right',
  '\u001b[D': 'left',
  '\u001bOD': 'left',
  '\u001b[1;5C': 'wordRight',
  '\u001b[1;3C': 'wordRight',
  '\u001bf': 'wordRight',
  '\u001b[1;5D': 'wordLeft',
  '\u001b[1;3D': 'wordLeft',
  '\u001bb': 'wordLeft',
} as const;

export type KeyName = (typeof names)[keyof typeof names];

const named: ReadonlyMap<string, KeyName> = new Map(Object.entries(names));
const parts =
  /\u001b\[200~([\s\S]*?)(?:\u001b\[201~|$)|\u001b\[[0-?]*[ -/]*[@-~]|\u001bO[A-Za-z]|\u001b[\s\S]?|[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g;

/** What a terminal sends for keys, as keys; a pasted text keeps its lines. Unknown sequences are dropped. */
export function parseKeys(data: string): Key[] {
  return Array.from(data.matchAll(parts)).flatMap((match): Key[] => {
    const [part, pasted] = match;
    if (pasted !== undefined) return [{ kind: 'paste', text: pasted.replace(/\r\n?/g, '\n') }];
    const name = named.get(part);
    if (name !== undefined) return [{ kind: name }];
    return /^[\u0000-\u001f\u007f]/.test(part) ? [] : [{ kind: 'text', text: part }];
  });
}
