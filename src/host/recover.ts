import type { Thread, Turn } from '../contracts/thread.ts';
import { endMarked, endMarkedFolder, endTree } from '../providers/process/endTree.ts';
import { isAlive } from '../providers/process/processTable.ts';
import type { ThreadChange } from '../store/journal.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { newsFor } from '../tools/newsFor.ts';
import type { Log } from './log.ts';

/**
 * Ends what a dead host left and says so in the journal, before anything can be resumed: no session ever has two
 * writers, and nothing a dead turn started changes a file afterwards.
 */
export async function recover(store: ThreadStore, folderName: string, log: Log): Promise<void> {
  const cut = [...store.threads().values()].filter(thread => thread.turn !== undefined);
  const ended = await endMarkedFolder(folderName);
  // At once: each may take a while to end, and nobody is served before.
  await Promise.all(cut.map(endLeftovers));
  if (cut.length === 0) return;
  log(`recovered ${cut.length} turns of a dead host; ended ${ended} processes`);
  const changes = cut.flatMap(changesFor);
  await store.commit(changes.flatMap(one => [one, ...newsFor(store, one.thread, one.change)]));
}

async function endLeftovers(thread: Thread): Promise<void> {
  const process = thread.turn?.process;
  if (process !== undefined && (await isAlive(process))) await endTree(process);
  await endMarked(thread.id);
}

/**
 * A turn whose prompt never left goes back to the queue; of any other the outcome is unknown. A terminal is not opened
 * again by itself: nobody would sit in front of it.
 */
function changesFor({ id, turn, cancel_requested }: Thread): readonly ThreadChange[] {
  if (turn === undefined) return [];
  if (!turn.sent && !cancel_requested && turn.native !== true) {
    return [{ thread: id, change: { type: 'turn.requeued', turn_id: turn.id } }];
  }
  return [
    {
      thread: id,
      change: {
        type: 'turn.ended',
        turn_id: turn.id,
        outcome: cancel_requested ? 'cancelled' : 'interrupted',
        reason: reasonOf(turn, cancel_requested),
        source: 'recovery',
      },
    },
  ];
}

function reasonOf({ sent, native }: Turn, isCancelled: boolean): string {
  if (sent)
    return 'The host ended in mid-turn; what the turn had done by then is in the folder and the session.';
  if (native === true && !isCancelled) return 'The terminal had not opened yet; open it again.';
  return 'The host ended before anything was sent.';
}
