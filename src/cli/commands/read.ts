import type { DockClient } from '../../client/dockClient.ts';
import type { HistoryEvent } from '../../contracts/agentEvent.ts';
import type { ThreadId } from '../../contracts/ids.ts';
import { restStates } from '../../contracts/thread.ts';
import type { Command, CommandContext } from '../command.ts';
import { printJson } from '../io.ts';
import { createTranscriptText } from '../transcriptText.ts';

export const read: Command = {
  name: 'read',
  usage: '<thread>',
  summary: 'Print a thread’s transcript',
  details: 'With --json one event a line.',
  options: {
    follow: { type: 'boolean', short: 'f', help: 'Go on until the thread is at rest' },
    result: { type: 'boolean', short: 'r', help: 'Only the final text of the last turn, all of it' },
  },
  words: [1, 1],
  run: async ([thread_id = ''], options, context) => {
    const client = await context.client();
    if (options['result'] === true) return printResult(client, thread_id, context);
    const print = eventPrinter(context);
    const state = options['follow'] === true ? await follow(client, thread_id, print) : undefined;
    if (state === undefined) await readAll(client, thread_id, print);
    return 0;
  },
};

async function printResult(
  client: DockClient,
  thread_id: ThreadId,
  { output, json }: CommandContext,
): Promise<number> {
  const reply = await client.call('read_thread', { thread_id, view: 'result' });
  if (json) printJson(output, { ok: true, result: reply });
  else if (reply.result !== undefined) output.out(reply.result);
  return 0;
}

async function readAll(
  client: DockClient,
  thread_id: ThreadId,
  print: (event: HistoryEvent) => void,
): Promise<void> {
  for (let cursor = 0; ; ) {
    const page = await client.call('read_thread', { thread_id, cursor, limit: 1000 });
    page.events.forEach(print);
    cursor = page.cursor;
    if (!page.more) return;
  }
}

/** Prints what comes until the thread is at rest and all before that has been printed. */
async function follow(
  client: DockClient,
  thread_id: ThreadId,
  print: (event: HistoryEvent) => void,
): Promise<true> {
  // An unknown thread is an error here, not an endless wait.
  await client.call('get_thread', { thread_id });
  return new Promise((resolve, reject) => {
    let printed = 0;
    let printedAt = '';
    let knownUpTo = '';
    const end = (settle: () => void) => {
      stopFleet();
      stopStates();
      stop();
      settle();
    };
    const check = () => {
      const thread = client.threads.get(thread_id);
      if (thread === undefined || !restStates.has(thread.state) || printed < thread.seq) return;
      end(() => resolve(true));
    };
    const stopFleet = client.onDidChangeThreads(check);
    const stopStates = client.onDidChangeState(state => {
      if (state.kind === 'offline') end(() => reject(state.error));
    });
    const stop = client.follow(thread_id, ({ events, reset }) => {
      // After a host that died the transcript comes from its beginning again, under numbers of its own.
      if (reset) knownUpTo = printedAt;
      for (const event of events) {
        if (event.at <= knownUpTo) continue;
        print(event);
        printedAt = event.at;
      }
      printed = events.at(-1)?.seq ?? printed;
      check();
    });
  });
}

function eventPrinter({ output, json }: CommandContext): (event: HistoryEvent) => void {
  if (json) return event => printJson(output, event);
  const text = createTranscriptText();
  return event => {
    for (const line of text(event)) output.out(line);
  };
}
