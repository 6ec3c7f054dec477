import type { ToolOutput } from '../contracts/tools.ts';
import type { CommandContext } from './command.ts';
import { printJson } from './io.ts';

export function printStarted(started: ToolOutput<'spawn_thread'>, { output, json }: CommandContext): void {
  if (json) {
    printJson(output, { ok: true, result: started });
    return;
  }
  const place = started.queue_position === undefined ? '' : `, place ${started.queue_position} in the queue`;
  output.out(
    `${started.thread_id}  ${started.state}${place}${started.repeated ? '  (same key as before)' : ''}`,
  );
}
