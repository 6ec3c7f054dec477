import { DockError, toToolError } from '../../contracts/errors.ts';
import type { Claims } from './claims.ts';
import { lookAtRequests } from './requestsFolder.ts';
import { trackedRequests } from './trackedRequests.ts';

/**
 * For the first start of a host in this folder: all that lies there came from elsewhere, for all we know. Each request
 * gets a result and is put aside, unless git tracks it: that one stays, and is refused for that.
 */
export async function refuseAll(folder: string, claims: Claims): Promise<void> {
  const settling = { left: () => 0, keepOnly: () => undefined };
  const { ready } = await lookAtRequests(folder, { open: new Set(), settling });
  const tracked = ready.length === 0 ? undefined : await trackedRequests(folder);
  const names = tracked !== undefined && 'names' in tracked ? tracked.names : new Set<string>();
  for (const name of ready) if (!names.has(`${name}.json`.toLowerCase())) await claims.take(name);
  const error = toToolError(
    new DockError(
      'permission_denied',
      'The request was there before you first used AgentDock in this folder.',
      {
        hint: 'Look at it. If it is yours, rename NAME.json.refused to NAME.json.',
      },
    ),
  );
  for (const claim of await claims.list()) {
    if (!claim.stages.has('outcome')) {
      await claims.disown(claim);
      await claims.keepOutcome(claim, { ok: false, error });
    }
    await claims.deliver(claim);
  }
}
