import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { toToolError } from '../../contracts/errors.ts';
import { makeStateFolder } from '../../store/stateFolder.ts';
import type { ToolHost } from '../toolContext.ts';
import { Claims } from './claims.ts';
import { ClaimWork } from './claimWork.ts';
import { knownFolder } from './knownFolder.ts';
import { Lookout } from './lookout.ts';
import { refuseAll } from './refuseAll.ts';
import { createTrackedRefusal } from './refuseTracked.ts';
import { makeRequestsFolder } from './requestsFolder.ts';
import { sayOnce } from './sayOnce.ts';
import { createSettling } from './settling.ts';
import { takeRequests } from './takeRequests.ts';

export interface DropFolderOptions {
  readonly tools: ToolHost;
  /** This user's, for this purpose. */
  readonly key: Buffer;
  readonly log: (message: string) => void;
  /** Called when everything that was taken is answered. */
  readonly onFree: () => void;
}

/** Answers the tool calls that lie in `.agentdock/requests/`. `claims.ts` says why each is handled exactly once. */
export class DropFolder {
  readonly #options: DropFolderOptions;
  readonly #requests: string;
  readonly #claims: Claims;
  readonly #known: ReturnType<typeof knownFolder>;
  readonly #settling = createSettling();
  readonly #refuseTracked: ReturnType<typeof createTrackedRefusal>;
  readonly #say: (message: string) => void;
  readonly #aborter = new AbortController();
  readonly #lookout: Lookout;
  readonly #work: ClaimWork;
  /** Requests wait for an earlier one of their name to be answered. */
  #isHeldUp = false;
  #isRecovered = false;

  constructor(options: DropFolderOptions) {
    const { tools, key, log } = options;
    const { store, workspace } = tools;
    const drops = store.folder.dropsDir;
    this.#options = options;
    this.#requests = join(workspace, '.agentdock', 'requests');
    this.#claims = new Claims({ requests: this.#requests, drops }, key);
    this.#known = knownFolder({ drops, workspace, key });
    this.#refuseTracked = createTrackedRefusal(this.#requests, this.#claims);
    this.#say = sayOnce(message => log(`requests/: ${message}`));
    this.#lookout = new Lookout(this.#requests, () => this.#lookOnce().catch(this.#fail));
    this.#work = new ClaimWork({
      claims: this.#claims,
      tools,
      mayAct: () => this.#mayAct(),
      signal: this.#aborter.signal,
      onError: this.#fail,
      onDone: () => this.#onDone(),
    });
  }

  get isBusy(): boolean {
    return this.#work.isBusy;
  }

  /**
   * Settles what a dead host left, or refuses all where no host has been before. To be awaited before anybody else can
   * call: a cancel that is done again must not meet a turn that somebody started since.
   */
  async recover(): Promise<void> {
    if (await this.#mayAct()) await this.#recover().catch(this.#fail);
  }

  /** Listens until it is closed. */
  start(): void {
    this.#lookout.start();
  }

  /** What is not answered by then is left to the next host. */
  async close(): Promise<void> {
    this.#aborter.abort();
    await this.#lookout.close();
    await this.#work.close();
  }

  readonly #fail = (error: unknown): void => this.#say(toToolError(error).message);

  async #mayAct(): Promise<boolean> {
    const { store } = this.#options.tools;
    if (this.#aborter.signal.aborted || store.readOnly !== undefined) return false;
    return (await store.lockHolder()) === 'ours';
  }

  async #lookOnce(): Promise<void> {
    if (!(await this.#mayAct())) return;
    await this.#bringStateBack();
    if (!this.#isRecovered) return await this.#recover();
    if (!(await this.#known.isKnown())) await this.#known.markKnown();
    if (!(await makeRequestsFolder(this.#requests))) {
      return this.#say('something else is in its place; nothing is taken from it');
    }
    await this.#take();
    await this.#work.answerAll();
  }

  /** `git clean -fdx` removes it under a living host. */
  async #bringStateBack(): Promise<void> {
    const { store } = this.#options.tools;
    if (await isFolder(store.folder.dropsDir)) return;
    await store.ensureInPlace();
    await makeStateFolder(store.folder);
  }

  async #take(): Promise<void> {
    const { againInMs, isHeldUp } = await takeRequests({
      folder: this.#requests,
      claims: this.#claims,
      settling: this.#settling,
      open: this.#work.names,
      say: this.#say,
      onTaken: id => this.#work.taken(id),
      onTracked: this.#refuseTracked,
    });
    this.#isHeldUp = isHeldUp;
    this.#lookout.lookIn(againInMs);
  }

  async #recover(): Promise<void> {
    if (await this.#known.isKnown()) await this.#work.answerAll();
    else if (await makeRequestsFolder(this.#requests)) await refuseAll(this.#requests, this.#claims);
    await this.#known.markKnown();
    this.#isRecovered = true;
  }

  #onDone(): void {
    if (this.#isHeldUp) this.#lookout.look();
    if (!this.#work.isBusy) this.#options.onFree();
  }
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    found => found.isDirectory(),
    () => false,
  );
}
