import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolReply } from '../../contracts/tools.ts';
import { fsyncFolder, writeFileAtomic, writeTemporary } from '../../store/atomicFile.ts';
import { readRequest } from './readRequest.ts';

/** A request that was taken out of the drop folder. */
export interface Claim {
  /** Sorts by the time of the claim. */
  readonly id: string;
  /** NAME of the file NAME.json it was. */
  readonly name: string;
}

export type Stage = 'claimed' | 'call' | 'outcome';

export interface KeptClaim extends Claim {
  readonly stages: ReadonlySet<Stage>;
}

const claimFile = /^([0-9a-f]{24}-[0-9a-f]{32})~([A-Za-z0-9_-][A-Za-z0-9._-]{0,99})\.(claimed|call|outcome)$/;

/**
 * The claims in `state/drops/`, where agents that are held cannot write. A claim goes through these stages, each
 * entered by one atomic rename or unlink, so that a host which is killed at any point leaves exactly one of them:
 *
 *     requests/NAME.json          nobody has taken it
 *     drops/ID~NAME.claimed       taken: whoever renames first, no second one can. The file may still be open elsewhere
 *     drops/ID~NAME.call          our own copy, durable: from here on its bytes cannot change
 *     drops/ID~NAME.outcome       the answer, durable: from here on it is never handled again
 *     requests/NAME.result.json   delivered, by renaming the outcome
 *
 * Not lost: each step removes the former stage only once the next one is on disk, and every file here is looked at
 * again at the next look or by the next host. Not twice: the only step with an effect is the call, between `call` and
 * `outcome`. It carries ID as its idempotency key, and the journal keeps the effect and the key in one line. So a host
 * that comes between the two either finds no effect, or finds the key and gets the first call's answer. The result
 * appears once: its rename takes the outcome away.
 *
 * Files that came with a clone or a pull have no ID of this user's key and are left alone.
 */
export class Claims {
  readonly #requests: string;
  readonly #drops: string;
  readonly #key: Buffer;
  #count = 0;

  constructor(folders: { readonly requests: string; readonly drops: string }, key: Buffer) {
    this.#requests = folders.requests;
    this.#drops = folders.drops;
    this.#key = key;
  }

  /** All that is not delivered, oldest first. */
  async list(): Promise<readonly KeptClaim[]> {
    const found = new Map<string, { readonly name: string; readonly stages: Set<Stage> }>();
    for (const file of await readdir(this.#drops)) {
      const [, id, name, stage] = claimFile.exec(file) ?? [];
      if (id === undefined || name === undefined || !this.#isOurs(id, name)) continue;
      const entry = found.get(id) ?? { name, stages: new Set<Stage>() };
      entry.stages.add(stage as Stage);
      found.set(id, entry);
    }
    return [...found].map(([id, entry]) => ({ id, ...entry })).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Undefined when somebody took it away first. */
  async take(name: string): Promise<KeptClaim | undefined> {
    const id = this.#makeId(name);
    try {
      await rename(join(this.#requests, `${name}.json`), this.#file({ id, name }, 'claimed'));
      return { id, name, stages: new Set<Stage>(['claimed']) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Makes what was taken survive a power cut before anything comes of it. */
  async secure(): Promise<void> {
    await fsyncFolder(this.#drops);
    await fsyncFolder(this.#requests);
  }

  read(claim: Claim, stage: 'claimed' | 'call'): Promise<Buffer> {
    return readRequest(this.#file(claim, stage));
  }

  async keepCall(claim: Claim, bytes: Buffer): Promise<void> {
    await writeFileAtomic(this.#file(claim, 'call'), bytes, { fsync: true });
    await rm(this.#file(claim, 'claimed'), { force: true });
  }

  /** Back to what was only taken: for one that may not be handled any more. */
  async disown(claim: KeptClaim): Promise<void> {
    if (claim.stages.has('call')) await rename(this.#file(claim, 'call'), this.#file(claim, 'claimed'));
  }

  async keepOutcome(claim: Claim, reply: ToolReply): Promise<void> {
    await writeFileAtomic(this.#file(claim, 'outcome'), jsonOf(reply), { fsync: true });
  }

  /** A request that was refused before it was understood lies beside its result again, as NAME.json.refused. */
  async deliver(claim: Claim): Promise<void> {
    const claimed = this.#file(claim, 'claimed');
    if (await exists(this.#file(claim, 'call'))) await rm(claimed, { force: true });
    else await this.#putAside(claimed, claim.name);
    await rm(this.#file(claim, 'call'), { force: true });
    await rename(this.#file(claim, 'outcome'), this.#resultFile(claim.name));
  }

  /** Puts a request aside that nobody takes, and says why. In this order, so that it is never handled after that answer. */
  async refuse(name: string, reply: ToolReply): Promise<void> {
    await rename(join(this.#requests, `${name}.json`), join(this.#requests, `${name}.json.refused`));
    await this.writeResult(name, reply);
  }

  /** Of a request that stays where it is. */
  async writeResult(name: string, reply: ToolReply): Promise<void> {
    const temporary = await writeTemporary(join(this.#drops, name), jsonOf(reply));
    try {
      await rename(temporary, this.#resultFile(name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #putAside(claimed: string, name: string): Promise<void> {
    if (!(await exists(claimed))) return;
    // A folder may be in its place, which no file can replace.
    await rename(claimed, join(this.#requests, `${name}.json.refused`)).catch(() =>
      rm(claimed, { recursive: true, force: true }),
    );
  }

  #resultFile(name: string): string {
    return join(this.#requests, `${name}.result.json`);
  }

  #file({ id, name }: Claim, stage: Stage): string {
    return join(this.#drops, `${id}~${name}.${stage}`);
  }

  #makeId(name: string): string {
    this.#count += 1;
    const time = Date.now().toString(16).padStart(12, '0');
    const own = `${time}${(this.#count % 0x10000).toString(16).padStart(4, '0')}${randomBytes(4).toString('hex')}`;
    return `${own}-${this.#seal(own, name)}`;
  }

  #isOurs(id: string, name: string): boolean {
    const [own = '', seal = ''] = id.split('-');
    return timingSafeEqual(Buffer.from(seal), Buffer.from(this.#seal(own, name)));
  }

  #seal(own: string, name: string): string {
    return createHmac('sha256', this.#key).update(`claim ${own} ${name}`).digest('hex').slice(0, 32);
  }
}

function jsonOf(reply: ToolReply): string {
  return `${JSON.stringify(reply)}\n`;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
