/** The language of scripts: one step a line, see README.md. Parsing only; what a step does is in plan.ts. */
export type Step =
  | { readonly do: 'think' | 'say' | 'remember'; readonly text: string }
  | { readonly do: 'shell'; readonly command: string }
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'tool'; readonly name: string; readonly args: string }
  | { readonly do: 'mcp'; readonly server: string; readonly name: string; readonly args: string }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'gate'; readonly name: string }
  | { readonly do: 'error'; readonly error: ScriptedError; readonly until: string | undefined }
  | { readonly do: 'usage'; readonly input: number; readonly output: number }
  | { readonly do: 'cut' | 'silence' | 'recall' | 'echo' | 'report' | 'heard' };

export interface ScriptedError {
  readonly status: number;
  readonly code: string | undefined;
  /** Seconds, sent as the `retry-after` header. */
  readonly retryAfter: number | undefined;
  readonly message: string;
}

const block = /^<<script[ \t]*\r?\n([\s\S]*?)^script>>/m;

/** The lines of the script in a prompt, or `undefined` for a prompt without one. */
export function findScript(prompt: string): string | undefined {
  return block.exec(prompt)?.[1];
}

/** `load` gives the text of a named script file, for the step `script NAME`. */
export function parseScript(text: string, load: (name: string) => string): Step[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .flatMap(line => {
      const [word, rest] = splitWord(line);
      return word === 'script' ? parseScript(load(rest), load) : [parseStep(word, rest)];
    });
}

function parseStep(word: string, rest: string): Step {
  switch (word) {
    case 'think':
    case 'say':
      return { do: word, text: withEscapes(rest) };
    case 'remember':
      return { do: word, text: rest };
    case 'shell':
      return { do: word, command: rest };
    case 'write': {
      const [path, text] = splitWord(rest);
      return { do: word, path, text: withEscapes(text) };
    }
    case 'tool': {
      const [name, args] = splitWord(rest);
      return { do: word, name, args: args || '{}' };
    }
    case 'mcp': {
      const [server, call] = splitWord(rest);
      const [name, args] = splitWord(call);
      return { do: word, server, name, args: args || '{}' };
    }
    case 'delay':
      return { do: word, ms: toNumber(rest, word) };
    case 'gate':
      return { do: word, name: rest };
    case 'error':
      return { do: 'error', error: parseError(rest), until: undefined };
    case 'error-until': {
      const [until, error] = splitWord(rest);
      return { do: 'error', error: parseError(error), until };
    }
    case 'usage': {
      const [input, output] = splitWord(rest);
      return { do: word, input: toNumber(input, word), output: toNumber(output, word) };
    }
    case 'cut':
    case 'silence':
    case 'recall':
    case 'echo':
    case 'report':
    case 'heard':
      return { do: word };
    default:
      throw new Error(`Expected a known step, got \`${word}\`.`);
  }
}

/** `STATUS [CODE] [retry-after=N] TEXT`; a code is a word with an underscore, as all vendors write theirs. */
function parseError(rest: string): ScriptedError {
  const match = /^(\d{3})(?:\s+([a-z]+(?:_[a-z]+)+))?(?:\s+retry-after=(\d+))?(?:\s+(.*))?$/.exec(rest);
  if (!match) throw new Error(`Expected \`error STATUS [CODE] [retry-after=N] TEXT\`, got \`${rest}\`.`);
  const [, status, code, retryAfter, message] = match;
  return {
    status: Number(status),
    code,
    retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
    message: message ?? 'scripted error',
  };
}

function splitWord(line: string): [string, string] {
  const match = /^(\S*)\s*([\s\S]*)$/.exec(line);
  return [match?.[1] ?? '', match?.[2] ?? ''];
}

function withEscapes(text: string): string {
  return text.replace(/\\([nt\\])/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? '\\');
}

function toNumber(text: string, step: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0) {
    throw new Error(`Expected a number after \`${step}\`, got \`${text}\`.`);
  }
  return value;
}
