import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { toToolError } from '../../contracts/errors.ts';
import { makeStateFolder } from '../../store/stateFolder.ts';
import type { ToolHost } from '../toolContext.ts';
import { answerCall, type Judged, judgeClaim } from './answerClaim.ts';
import { Claims, type KeptClaim } from './claims.ts';
import { onlyLooks } from './dropRights.ts';
import { knownFolder } from './knownFolder.ts';
import { createRateLimit } from './rateLimit.ts';
import { refuseAll } from './refuseAll.ts';
import { makeRequestsFolder } from './requestsFolder.ts';
import { createSettling } from './settling.ts';
import { takeRequests } from './takeRequests.ts';
import { watchFolder } from './watchFolder.ts';

/** Answers the tool calls that lie in `.agentdock/requests/`. `claims.ts` says why each is handled exactly once. */
export interface DropFolder {
  /**
   * Settles what a dead host left, or refuses all where no host has been before. To be awaited before anybody else can
   * call: a cancel that is done again must not meet a turn that somebody started since.
   */
  recover(): Promise<void>;
  /** Listens until it is closed. */
  start(): void;
  readonly isBusy: boolean;
  /** What is not answered by then is left to the next host. */
  close(): Promise<void>;
}

export interface DropFolderOptions {
  readonly tools: ToolHost;
  /** This user's, for this purpose. */
  readonly key: Buffer;
  readonly log: (message: string) => void;
  /** Called when everything that was taken is answered. */
  readonly onFree: () => void;
}

/** Claims that are read at once. */
const chunk = 100;
/** What is logged once is remembered up to this number. */
const mostSaid = 1_000;

export function createDropFolder({ tools, key, log, onFree }: DropFolderOptions): DropFolder {
  const { store, workspace } = tools;
  const folder = join(workspace, '.agentdock', 'requests');
  const drops = store.folder.dropsDir;
  const claims = new Claims({ requests: folder, drops }, key);
  const known = knownFolder({ drops, workspace, key });
  const settling = createSettling();
  const hasRoom = createRateLimit();
  const aborter = new AbortController();
  const { signal } = aborter;
  const inFlight = new Map<string, KeptClaim>();
  const working = new Set<Promise<void>>();
  /** Claims that nobody has tried to answer before. */
  const fresh = new Set<string>();
  const tracked = new Map<string, number>();
  const said = new Set<string>();
  let watching: { close(): void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let looksAgain = false;
  let isHeldUp = false;
  let isRecovered = false;

  const say = (message: string) => {
    if (said.size >= mostSaid) said.clear();
    if (!said.has(message)) log(`requests/: ${message}`);
    said.add(message);
  };
  const fail = (error: unknown) => say(toToolError(error).message);
  const mayAct = async () =>
    !signal.aborted && store.readOnly === undefined && (await store.lockHolder()) === 'ours';

  const look = () => {
    if (signal.aborted) return;
    looksAgain = looking !== undefined;
    looking ??= lookOnce()
      .catch(fail)
      .finally(() => {
        looking = undefined;
        if (looksAgain) look();
      });
  };
  const lookOnce = async () => {
    if (!(await mayAct())) return;
    // `git clean -fdx` removes it under a living host.
    if (!(await isFolder(drops))) {
      await store.ensureInPlace();
      await makeStateFolder(store.folder);
    }
    if (!isRecovered) return await recover();
    if (!(await known.isKnown())) await known.markKnown();
    if (!(await makeRequestsFolder(folder))) {
      return say('something else is in its place; nothing is taken from it');
    }
    const taken = await takeRequests({
      folder,
      claims,
      settling,
      open: new Set([...inFlight.values()].map(({ name }) => name)),
      say,
      onTaken: id => void fresh.add(id),
      onTracked: async (name, error) => {
        const { ctimeMs } = await lstat(join(folder, `${name}.json`));
        if (tracked.get(name) === ctimeMs) return;
        await claims.writeResult(name, { ok: false, error: toToolError(error) });
        tracked.set(name, ctimeMs);
      },
    });
    isHeldUp = taken.isHeldUp;
    clearTimeout(timer);
    if (taken.againInMs !== undefined) timer = setTimeout(look, taken.againInMs).unref();
    await settleClaims();
  };

  /** Resolves when every call that changes something has been made, in the order of the claims. */
  const settleClaims = async () => {
    const kept = (await claims.list()).filter(({ id }) => !inFlight.has(id));
    const calls: Promise<void>[] = [];
    for (let from = 0; from < kept.length; from += chunk) {
      const some = kept.slice(from, from + chunk);
      const judged = await Promise.all(some.map(claim => judgeClaim(claims, claim, hasRoom).catch(fail)));
      for (const [index, claim] of some.entries()) {
        const verdict = judged[index];
        if (verdict !== undefined) calls.push(settle(claim, verdict));
      }
    }
    await Promise.all(calls);
  };

  const settle = (claim: KeptClaim, judged: Judged): Promise<void> => {
    const called = Promise.withResolvers<void>();
    inFlight.set(claim.id, claim);
    if (judged.kind === 'call' && onlyLooks(judged.call)) called.resolve();
    const work = answer(claim, judged, called.resolve)
      .catch(fail)
      .finally(() => {
        called.resolve();
        inFlight.delete(claim.id);
        fresh.delete(claim.id);
        working.delete(work);
        if (isHeldUp) look();
        if (working.size === 0) onFree();
      });
    working.add(work);
    return called.promise;
  };

  const answer = async (claim: KeptClaim, judged: Judged, onCalled: () => void) => {
    if (judged.kind !== 'answered') {
      const reply =
        judged.kind === 'refused'
          ? { ok: false as const, error: toToolError(judged.error) }
          : await makeCall(claim, judged);
      onCalled();
      // Another host may have the folder by now, and this claim with it.
      if (reply === undefined || !(await mayAct())) return;
      await claims.keepOutcome(claim, reply);
    }
    await claims.deliver(claim);
  };

  const makeCall = (claim: KeptClaim, { call }: Extract<Judged, { kind: 'call' }>) => {
    const isRepeat = !fresh.delete(claim.id);
    const make = () => answerCall(call, claim, tools, { isRepeat, signal });
    return onlyLooks(call) ? make() : tools.inTurn('calls of the drop folder', make);
  };

  const recover = async () => {
    if (await known.isKnown()) await settleClaims();
    else if (await makeRequestsFolder(folder)) await refuseAll(folder, claims);
    await known.markKnown();
    isRecovered = true;
  };

  return {
    get isBusy() {
      return working.size > 0;
    },
    recover: async () => {
      if (await mayAct()) await recover().catch(fail);
    },
    start: () => {
      watching ??= watchFolder(folder, look);
    },
    close: async () => {
      aborter.abort();
      watching?.close();
      clearTimeout(timer);
      await looking;
      await Promise.all(working);
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
