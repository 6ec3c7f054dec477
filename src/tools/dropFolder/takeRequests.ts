import { DockError, toToolError } from '../../contracts/errors.ts';
import type { Claims } from './claims.ts';
import type { RequestName } from './requestName.ts';
import { lookAtRequests } from './requestsFolder.ts';
import type { Settling } from './settling.ts';
import { type Tracked, trackedRequests } from './trackedRequests.ts';

export interface TakeOptions {
  /** The folder of the requests. */
  readonly folder: string;
  readonly claims: Claims;
  readonly settling: Settling;
  /** Names whose requests are not answered yet. */
  readonly open: ReadonlySet<RequestName>;
  readonly say: (message: string) => void;
  /** Called right after each claim. */
  readonly onTaken: (id: string) => void;
  /** Called for a request that is refused and stays where it is. */
  readonly onTracked: (name: RequestName, error: DockError) => Promise<void>;
}

/** When git is done, or a file is complete: then it is worth another look. */
export interface Taken {
  readonly againInMs: number | undefined;
  readonly isHeldUp: boolean;
}

const gitMs = 500;

/** Claims what is ready. What git tracks came with a clone or a pull, and starts no work. */
export async function takeRequests(options: TakeOptions): Promise<Taken> {
  const { folder, claims, say, onTaken, onTracked } = options;
  const { ready, leftAlone, againInMs, isHeldUp } = await lookAtRequests(folder, options);
  for (const why of leftAlone) say(`${why}; it is left alone`);
  if (ready.length === 0) return { againInMs, isHeldUp };
  const tracked = await trackedRequests(folder);
  if (tracked.kind === 'busy') {
    say('they wait until git is done in this repository (its index.lock is there)');
    return { againInMs: gitMs, isHeldUp };
  }
  let count = 0;
  for (const name of ready) {
    const refusal = refusalOf(name, tracked);
    if (refusal !== undefined) {
      await onTracked(name, refusal).catch((error: unknown) =>
        say(`${name}.json: ${toToolError(error).message}`),
      );
      continue;
    }
    if (tracked.kind === 'stuck') {
      const error = toToolError(stuckError(tracked.lock));
      await claims
        .refuse(name, { ok: false, error })
        .catch((cause: unknown) => say(`${name}.json: ${toToolError(cause).message}`));
      continue;
    }
    // One that cannot be taken keeps none of the others waiting.
    const claim = await claims.take(name).catch((error: unknown) => {
      say(`${name}.json cannot be taken: ${toToolError(error).message}`);
      return undefined;
    });
    if (claim === undefined) continue;
    onTaken(claim.id);
    count += 1;
  }
  if (count > 0) await claims.secure();
  return { againInMs, isHeldUp };
}

function refusalOf(name: RequestName, tracked: Exclude<Tracked, { kind: 'busy' }>): DockError | undefined {
  if (tracked.kind === 'unknown') {
    return new DockError('permission_denied', `The request is not handled: ${tracked.why}.`, {
      hint: 'Install git where the AgentDock host finds it, and see that it can read the repository.',
    });
  }
  if (!tracked.names.has(`${name}.json`.toLowerCase())) return undefined;
  return new DockError(
    'permission_denied',
    'Git tracks this request: it may have come with a clone or a pull.',
    {
      hint: 'Take it out of the repository (git rm --cached), and write the request under another name.',
    },
  );
}

function stuckError(lock: string): DockError {
  return new DockError('conflict', `The request is not handled: git holds ${lock}, and has for a while.`, {
    retryable: true,
    hint: 'Wait until git is done (the open editor of a commit counts), or remove the file where no git runs any more. Then write the request again.',
  });
}
