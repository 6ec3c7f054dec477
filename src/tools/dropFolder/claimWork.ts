import { toToolError } from '../../contracts/errors.ts';
import type { ToolReply } from '../../contracts/tools.ts';
import type { ToolHost } from '../toolContext.ts';
import { answerCall, type Judged, judgeClaim } from './answerClaim.ts';
import type { Claims, KeptClaim } from './claims.ts';
import { onlyLooks } from './dropRights.ts';
import { createRateLimit } from './rateLimit.ts';
import type { RequestedCall } from './readRequest.ts';

export interface ClaimWorkOptions {
  readonly claims: Claims;
  readonly tools: ToolHost;
  /** The claims are this host's to answer. */
  readonly mayAct: () => Promise<boolean>;
  /** What is not answered by then is left to the next host. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  /** Called when a claim is not worked on any more. */
  readonly onDone: () => void;
}

interface InFlight {
  readonly name: string;
  readonly done: Promise<void>;
}

/** Claims that are read at once. */
const chunk = 100;

/** Answers claims: calls that change something one after another, looks and waits beside them. */
export class ClaimWork {
  readonly #options: ClaimWorkOptions;
  readonly #hasRoom = createRateLimit();
  /** By the claim's id. */
  readonly #inFlight = new Map<string, InFlight>();
  /** Claims that nobody has tried to answer before. */
  readonly #fresh = new Set<string>();

  constructor(options: ClaimWorkOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#inFlight.size > 0;
  }

  /** Names whose requests are not answered yet. */
  get names(): ReadonlySet<string> {
    return new Set([...this.#inFlight.values()].map(({ name }) => name));
  }

  /** To be told of each claim that is new. */
  taken(id: string): void {
    this.#fresh.add(id);
  }

  /** Resolves when every call that changes something has been made, in the order of the claims. */
  async answerAll(): Promise<void> {
    const { claims, onError } = this.#options;
    const kept = (await claims.list()).filter(({ id }) => !this.#inFlight.has(id));
    const calls: Promise<void>[] = [];
    for (let from = 0; from < kept.length; from += chunk) {
      const some = kept.slice(from, from + chunk);
      const judged = await Promise.all(
        some.map(claim => judgeClaim(claims, claim, this.#hasRoom).catch(onError)),
      );
      for (const [index, claim] of some.entries()) {
        const verdict = judged[index];
        if (verdict !== undefined) calls.push(this.#begin(claim, verdict));
      }
    }
    await Promise.all(calls);
  }

  /** Resolves when nothing is worked on any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
  }

  /** Resolves when the call has been made, at once where it only looks. */
  #begin(claim: KeptClaim, judged: Judged): Promise<void> {
    const { onError, onDone } = this.#options;
    const called = Promise.withResolvers<void>();
    if (judged.kind === 'call' && onlyLooks(judged.call)) called.resolve();
    const done = this.#answer(claim, judged, called.resolve)
      .catch(onError)
      .finally(() => {
        called.resolve();
        this.#inFlight.delete(claim.id);
        this.#fresh.delete(claim.id);
        onDone();
      });
    this.#inFlight.set(claim.id, { name: claim.name, done });
    return called.promise;
  }

  async #answer(claim: KeptClaim, judged: Judged, onCalled: () => void): Promise<void> {
    const { claims, mayAct } = this.#options;
    if (judged.kind !== 'answered') {
      const reply = await this.#replyTo(claim, judged);
      onCalled();
      // Another host may have the folder by now, and this claim with it.
      if (reply === undefined || !(await mayAct())) return;
      await claims.keepOutcome(claim, reply);
    }
    await claims.deliver(claim);
  }

  async #replyTo(
    claim: KeptClaim,
    judged: Exclude<Judged, { kind: 'answered' }>,
  ): Promise<ToolReply | undefined> {
    if (judged.kind === 'refused') return { ok: false, error: toToolError(judged.error) };
    return await this.#call(claim, judged.call);
  }

  #call(claim: KeptClaim, call: RequestedCall): Promise<ToolReply | undefined> {
    const { tools, signal } = this.#options;
    const isRepeat = !this.#fresh.delete(claim.id);
    const make = () => answerCall(call, claim, tools, { isRepeat, signal });
    return onlyLooks(call) ? make() : tools.inTurn('calls of the drop folder', make);
  }
}
