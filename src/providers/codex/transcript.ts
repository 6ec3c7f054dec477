import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import type { SessionRef } from '../../contracts/thread.ts';
import { readLines } from '../process/lines.ts';

type Environment = Readonly<Record<string, string>>;

/** Those of the texts that the model of a session has been given; undefined when the session has no file. */
export async function findInTranscript(
  session: SessionRef,
  texts: readonly string[],
  environment: Environment,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const named = session.transcript_path;
  const inNamed = named === undefined ? undefined : await searchFile(named, texts, signal);
  if (inNamed !== undefined) return inNamed;
  const file = await findRollout(session.id, environment);
  return file === undefined || file === named ? undefined : await searchFile(file, texts, signal);
}

/** Line by line, since a file may hold gigabytes; what is no whole line Codex does not read either. */
async function searchFile(
  file: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const missing = new Set(texts);
  const found = new Set<string>();
  const stream = createReadStream(file, { signal });
  await readLines(stream, line => {
    const inLine = [...missing].filter(text => mayHold(line, text));
    if (inLine.length === 0) return;
    const given = givenTexts(line);
    for (const text of inLine.filter(one => given.some(whole => holds(whole, one)))) {
      missing.delete(text);
      found.add(text);
    }
    if (missing.size === 0) stream.destroy();
  });
  signal.throwIfAborted();
  const { errored } = stream;
  if (errored === null) return found;
  if ('code' in errored && errored.code === 'ENOENT') return undefined;
  throw errored;
}

/** Cheap: most lines are never parsed. */
function mayHold(line: string, text: string): boolean {
  return line.includes(escaped(text)) || line.includes(escaped(escaped(text)));
}

/** The result of a tool may be JSON in a string. */
function holds(whole: string, text: string): boolean {
  return whole.includes(text) || whole.includes(escaped(text));
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const partsSchema = z.union([
  z.string().transform(text => [text]),
  z.array(z.looseObject({ text: z.string().default('') })).transform(parts => parts.map(({ text }) => text)),
]);

/** What goes to the model: messages to it, and the results of its tools. What it wrote itself proves nothing. */
const givenSchema = z.looseObject({
  type: z.literal('response_item'),
  payload: z.union([
    z
      .looseObject({ type: z.literal('message'), role: z.literal('user'), content: partsSchema })
      .transform(({ content }) => content),
    z
      .looseObject({
        type: z.string().endsWith('_output'),
        output: z.union([
          partsSchema,
          z.looseObject({ content: partsSchema }).transform(({ content }) => content),
        ]),
      })
      .transform(({ output }) => output),
  ]),
});

function givenTexts(line: string): readonly string[] {
  try {
    return givenSchema.safeParse(JSON.parse(line)).data?.payload ?? [];
  } catch {
    return [];
  }
}

async function findRollout(id: string, environment: Environment): Promise<string | undefined> {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
  const sessions = path.join(environment['CODEX_HOME'] ?? path.join(home, '.codex'), 'sessions');
  const files = await readdir(sessions, { recursive: true }).catch((): string[] => []);
  const name = files.find(
    file => path.basename(file).startsWith('rollout-') && file.endsWith(`-${id}.jsonl`),
  );
  return name === undefined ? undefined : path.join(sessions, name);
}
