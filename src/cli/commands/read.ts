import type { DockClient } from '../../client/dockClient.ts';
import type { HistoryEvent } from '../../contracts/agentEvent.ts';
import type { ThreadId } from '../../contracts/ids.ts';
import { isAtRest } from '../../core/isAtRest.ts';
import type { Command, CommandContext } from '../command.ts';
import { printJson } from '../io.ts';
import { readResult } from '../readResult.ts';
import { createTranscriptText } from '../transcriptText.ts';

export const read: Command = {
  name: 'read',
  usage: '<thread>',
  summary: 'Print a thread’s transcript',
  details: 'With --json one event a line; with --result one reply.',
  options: {
    follow: { type: 'boolean', short: 'f', help: 'Go on until the thread is at rest' },
    result: { type: 'boolean', short: 'r', help: 'Only the last final text, all of it' },
  },
  words: [1, 1],
  run: async ([thread_id = ''], options, context) => {
    const client = await context.client();
    if (options['result'] === true) return printResult(client, thread_id, context);
    const printer = eventPrinter(context);
    try {
      await (options['follow'] === true ? follow : readAll)(client, thread_id, printer);
    } finally {
      printer.end();
    }
    return 0;
  },
};

async function printResult(
  client: DockClient,
  thread_id: ThreadId,
  { output, json }: CommandContext,
): Promise<number> {
  const reply = await readResult(client, thread_id);
  if (json) printJson(output, { ok: true, result: reply });
  else if (reply.result !== undefined) {
    if (reply.is_earlier === true)
      output.err('The last turn ended without a final text. This is the one before it:');
    output.out(reply.result);
  }
  return 0;
}

interface EventPrinter {
  print(event: HistoryEvent): void;
  pause(): void;
  end(): void;
}

async function readAll(client: DockClient, thread_id: ThreadId, { print }: EventPrinter): Promise<void> {
  for (let cursor = 0; ; ) {
    const page = await client.call('read_thread', { thread_id, cursor, limit: 1000 });
    for (const event of page.events) print(event);
    cursor = page.cursor;
    if (!page.more) return;
  }
}

/** A program that writes nothing more for as long waits for something, such as the answer to a question. */
const quietMs = 500;

/** Prints what comes until the thread is at rest and all before that has been printed. */
async function follow(
  client: DockClient,
  thread_id: ThreadId,
  { print, pause }: EventPrinter,
): Promise<void> {
  // An unknown thread is an error here, not an endless wait.
  await client.call('get_thread', { thread_id });
  return new Promise((resolve, reject) => {
    let printed = 0;
    let printedAt = '';
    let knownUpTo = '';
    let quiet: NodeJS.Timeout | undefined;
    const end = (settle: () => void) => {
      stopFleet();
      stopStates();
      stop();
      clearTimeout(quiet);
      settle();
    };
    const check = () => {
      const thread = client.threads.get(thread_id);
      if (thread === undefined || !isAtRest(thread) || printed < thread.seq) return;
      end(resolve);
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
      clearTimeout(quiet);
      quiet = setTimeout(pause, quietMs);
      check();
    });
  });
}

function eventPrinter({ output, json }: CommandContext): EventPrinter {
  if (json) return { print: event => printJson(output, event), pause: () => undefined, end: () => undefined };
  const text = createTranscriptText();
  const out = (lines: readonly string[]) => {
    for (const line of lines) output.out(line);
  };
  return {
    print: event => out(text.add(event)),
    pause: () => out(text.pause()),
    end: () => out(text.end()),
  };
}
