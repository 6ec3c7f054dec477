import type { ProviderId, ThreadId } from '../contracts/ids.ts';
import type { ProviderHealth } from '../contracts/provider.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { PermissionMode, Thread } from '../contracts/thread.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** Who asks. A person proves it; everybody else is an agent, and `why` says by what it is known as one. */
export type Caller = { readonly kind: 'person' } | AgentCaller;

/**
 * `thread`: it belongs to one of our threads and reaches what is below that. `outside`: no host of ours stands behind
 * it, so it is a master that a person started. `unknown`: which thread it belongs to does not show, so it reaches nothing.
 */
export type AgentCaller =
  | { readonly kind: 'agent'; readonly place: 'thread'; readonly thread: ThreadId; readonly why: string }
  | { readonly kind: 'agent'; readonly place: 'outside' | 'unknown'; readonly why: string };

/** What the tools need of the host. */
export interface ToolHost {
  readonly store: ThreadStore;
  /** The threads that are not at rest: what is asked after each change does not look at the finished ones. */
  readonly active: ReadonlyMap<ThreadId, Thread>;
  /** Real path of the workspace folder. */
  readonly workspace: string;
  readonly settings: EffectiveSettings;
  /** Starts what is due. Returns at once. */
  pump(): void;
  /** The thread waits for others and holds no slot until the function that this returns is called. */
  stepAside(thread: ThreadId): () => void;
  /** It waits so, now. */
  isAside(thread: ThreadId): boolean;
  /** Ends the running turn of a thread, if any, with its process tree. */
  interrupt(thread: ThreadId): Promise<void>;
  health(): Promise<readonly ProviderHealth[]>;
  /** What a permission mode really does at a provider, for a person. */
  permissionMeans(provider: ProviderId, mode: PermissionMode): string;
  /** Whether a provider has a terminal program of its own that its threads can be opened in. */
  hasTerminal(provider: ProviderId): boolean;
  /** Why a prompt would not reach that program as it is; undefined when it does. */
  unfitForTerminal(provider: ProviderId, prompt: string): string | undefined;
  /** Runs calls with the same key one after another. */
  inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

export interface ToolContext extends ToolHost {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** The caller may be a thread that cannot be told, and so holds its slot while it waits for others. */
  readonly mayHoldSlot?: boolean;
}
