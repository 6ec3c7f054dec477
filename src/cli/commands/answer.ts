import type { DockClient } from '../../client/dockClient.ts';
import { requestIdSchema } from '../../contracts/agentRequest.ts';
import { DockError } from '../../contracts/errors.ts';
import type { ThreadSummary } from '../../contracts/threadSummary.ts';
import type { ToolArgs } from '../../contracts/tools.ts';
import type { Command, CommandContext, OptionValues } from '../command.ts';
import { printJson } from '../io.ts';
import { howToAnswer, waitsFor } from '../waitingText.ts';

type OpenRequest = ThreadSummary['requests'][number];
type Answer = Pick<ToolArgs<'answer_thread'>, 'answers' | 'decision' | 'reason'>;

const ways = ['allow', 'allow-thread', 'deny', 'text'] as const;
type Way = (typeof ways)[number];

export const answer: Command = {
  name: 'answer',
  usage: '<thread> [<request>] --allow | --allow-thread | --deny [<reason>…] | --text <answer>…',
  summary: 'Answer what a thread waits for',
  details:
    'Without a request it answers the one that is open; `agentdock show THREAD` lists them. A permission only a person\n' +
    'can give; the agent reads the reason of a refusal. Several questions take one quoted answer each; the answer `-`\n' +
    'is read from standard input.',
  options: {
    allow: { type: 'boolean', help: 'Allow it this once' },
    'allow-thread': { type: 'boolean', help: 'Allow it, and the same again as long as the thread exists' },
    deny: { type: 'boolean', help: 'Refuse it, with what follows as the reason' },
    text: { type: 'boolean', help: 'Answer a question with what follows' },
  },
  words: [1, Number.POSITIVE_INFINITY],
  run: async ([thread_id = '', ...rest], options, context) => {
    const way = wayIn(options);
    const named = requestIdSchema.safeParse(rest[0]);
    const words = named.success ? rest.slice(1) : rest;
    if (words.length > 0 && (way === 'allow' || way === 'allow-thread')) {
      throw new DockError('invalid_arguments', `Unexpected ${JSON.stringify(words[0])} with --${way}.`, {
        hint: 'A request looks like req-4f2k9xq7ab; a reason goes with --deny, an answer with --text.',
      });
    }
    const client = await context.client();
    const request = await openRequest(client, thread_id, named.data);
    const given = await answerFrom(way, words, request, context);
    const result = await client.call('answer_thread', {
      thread_id,
      request_id: request.request_id,
      ...given,
    });
    if (context.json) printJson(context.output, { ok: true, result });
    else context.output.out(`${result.thread_id}  ${result.state}`);
    return 0;
  },
};

function wayIn(options: OptionValues): Way {
  const [way, ...more] = ways.filter(name => options[name] === true);
  if (way !== undefined && more.length === 0) return way;
  throw new DockError('invalid_arguments', 'Expected one of --allow, --allow-thread, --deny and --text.', {
    hint: 'agentdock show THREAD says what it waits for.',
  });
}

async function openRequest(
  client: DockClient,
  thread_id: string,
  id: string | undefined,
): Promise<OpenRequest> {
  const { requests } = (await client.call('get_thread', { thread_id })).thread;
  const found = id === undefined ? requests : requests.filter(({ request_id }) => request_id === id);
  const [request, ...others] = found;
  if (request === undefined) {
    const what = id === undefined ? 'for no answer' : `for no answer to ${id} (any more)`;
    throw new DockError('conflict', `Thread ${thread_id} waits ${what}.`, {
      hint: 'Somebody may have answered it. agentdock show THREAD says what it waits for.',
    });
  }
  if (others.length === 0) return request;
  const list = found.map(one => `  ${one.request_id} ${waitsFor(one)}`).join('\n');
  throw new DockError('invalid_arguments', `Thread ${thread_id} waits for ${found.length} answers.`, {
    hint: `Name the request:\n${list}`,
  });
}

async function answerFrom(
  way: Way,
  words: readonly string[],
  request: OpenRequest,
  { stdin }: CommandContext,
): Promise<Answer> {
  if ((way === 'text') !== (request.kind === 'question')) {
    const [usage = ''] = howToAnswer('THREAD', request, false).slice(-1);
    throw new DockError('invalid_arguments', `This is a ${request.kind}: ${request.title}`, { hint: usage });
  }
  const text = words.length === 1 && words[0] === '-' ? await stdin() : words.join(' ');
  if (way === 'deny') return { decision: 'deny', ...(text === '' ? {} : { reason: text }) };
  if (way === 'allow') return { decision: 'allow' };
  if (way === 'allow-thread') return { decision: 'allow_thread' };
  if (words.length === 0) throw new DockError('invalid_arguments', 'Expected an answer after --text.');
  return { answers: request.questions.length > 1 ? [...words] : [text] };
}
