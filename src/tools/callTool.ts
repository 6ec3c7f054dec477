import type * as z from 'zod';
import { DockError, toToolError } from '../contracts/errors.ts';
import {
  laterArguments,
  laterTools,
  type ToolInput,
  type ToolName,
  type ToolOutput,
  type ToolReply,
  toolNames,
  toolSchemas,
} from '../contracts/tools.ts';
import { requirePlace } from './access.ts';
import { answerThread } from './answerThread.ts';
import { ask } from './ask.ts';
import { cancelThread } from './cancelThread.ts';
import { getThread } from './getThread.ts';
import { listProviders } from './listProviders.ts';
import { listThreads } from './listThreads.ts';
import { openNative } from './openNative.ts';
import { readThread } from './readThread.ts';
import { report } from './report.ts';
import { resumeThread } from './resumeThread.ts';
import { sendMessage } from './sendMessage.ts';
import { spawnThread } from './spawnThread.ts';
import type { ToolContext } from './toolContext.ts';
import { waitThreads } from './waitThreads.ts';

type Handlers = {
  readonly [Name in ToolName]: (input: ToolInput<Name>, context: ToolContext) => Promise<ToolOutput<Name>>;
};

const handlers: Handlers = {
  spawn_thread: spawnThread,
  resume_thread: resumeThread,
  open_native: openNative,
  list_threads: listThreads,
  get_thread: getThread,
  read_thread: readThread,
  wait_threads: waitThreads,
  cancel_thread: cancelThread,
  send_message: sendMessage,
  answer_thread: answerThread,
  ask,
  report,
  list_providers: listProviders,
};

/** The one way in: whoever asks, the same handler, the same reply. Never throws. */
export async function callTool(tool: string, args: unknown, context: ToolContext): Promise<ToolReply> {
  try {
    const name = toolNames.find(known => known === tool);
    if (name === undefined && laterTools.some(later => later === tool)) {
      throw new DockError('not_implemented', `The tool ${tool} is not built yet.`, {
        hint: `Tools: ${toolNames.join(', ')}.`,
      });
    }
    if (name === undefined) {
      throw new DockError('invalid_arguments', `There is no tool ${JSON.stringify(tool.slice(0, 80))}.`, {
        hint: `Tools: ${toolNames.join(', ')}.`,
      });
    }
    return { ok: true, result: await run(name, args, context) };
  } catch (error) {
    return { ok: false, error: toToolError(error) };
  }
}

async function run<Name extends ToolName>(
  name: Name,
  args: unknown,
  context: ToolContext,
): Promise<ToolOutput<Name>> {
  requirePlace(context);
  refuseLaterArguments(name, args);
  const parsed = toolSchemas[name].input.safeParse(args ?? {});
  if (!parsed.success) {
    throw new DockError('invalid_arguments', `${name}: ${describe(parsed.error)}`, { cause: parsed.error });
  }
  return handlers[name](parsed.data as ToolInput<Name>, context);
}

/** What a later version brings is refused by name rather than as unknown. */
function refuseLaterArguments(name: ToolName, args: unknown): void {
  if (name !== 'spawn_thread' || typeof args !== 'object' || args === null) return;
  const later = laterArguments.find(argument => argument in args);
  if (later !== undefined) {
    throw new DockError('not_implemented', `spawn_thread: \`${later}\` is not built yet.`, {
      hint: 'Leave it out.',
    });
  }
}

function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `\`${path.join('.')}\`: ${message}`))
    .join('; ');
}
