import { script } from '../../host/turns.ts';

/** What the models of this test do. All that is to be found again in a conversation holds a word of this form. */
export const wordPattern = /\bw-[a-z]+-[a-z0-9]+\b/g;

/** Words that no other has. */
export function makeWords(): (kind: string) => string {
  let count = 0;
  return kind => {
    count += 1;
    return `w-${kind}-${count}`;
  };
}

const call = (tool: string, args: object) => `mcp agentdock ${tool} ${JSON.stringify(args)}`;
const progress = call('report', { kind: 'progress', summary: 'At work.' });

/** Turns of different lengths, with and without calls whose replies bring what has come meanwhile. */
const reactions: readonly (readonly string[])[] = [
  ['say Noted.'],
  ['delay 300', 'say Noted.'],
  ['delay 100', progress, 'delay 200', progress, 'say Noted.'],
  [progress, progress, 'delay 100', progress, 'say Noted.'],
];

/** To any prompt that holds no script of its own: a person's word, or a digest. Questions in it are answered. */
export function scriptFor(prompt: string): string | undefined {
  const asked = [...prompt.matchAll(/thread_id (thread-\S+), request_id (req-[a-z0-9]+)/g)];
  const answers = asked.map(([, thread_id = '', request_id = '']) =>
    call('answer_thread', { thread_id, request_id, answers: [`Take w-master-${request_id.slice(4)}.`] }),
  );
  const reaction = reactions[hashOf(prompt) % reactions.length] ?? [];
  return [...answers, ...reaction].join('\n');
}

export function spawning(name: string, provider: string): string {
  return call('spawn_thread', {
    task_name: name,
    provider,
    prompt: script('say I am here.'),
    permission_mode: 'ask',
  });
}

/** A turn that leaves questions. */
export function askingPrompt(questions: readonly string[]): string {
  return script(...questions.map(question => call('ask', { question })), 'say I wait.');
}

/** A turn each of whose files needs a permission. */
export function writingPrompt(files: readonly string[]): string {
  return script(...files.map(file => `write ${file} yes`), 'say Written.');
}

/** A master that tells its child something. */
export function tellingPrompt(thread_id: string, texts: readonly string[]): string {
  return script(
    ...texts.map((text, index) =>
      call('send_message', { thread_id, text, when: index % 2 === 0 ? 'now' : 'turn_end' }),
    ),
    'say Told.',
  );
}

function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return Math.abs(hash);
}
