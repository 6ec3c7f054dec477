import type { ProviderId, ThreadId } from '../contracts/ids.ts';
import type { ProviderHealth } from '../contracts/provider.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { PermissionMode, Thread } from '../contracts/thread.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** Who asks. A person proves it; everybody else is an agent, of one of our threads or from outside. */
export type Caller =
  | { readonly kind: 'person' }
  | { readonly kind: 'agent'; readonly thread?: ThreadId; readonly why: string };

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
  /** Ends the running turn of a thread, if any, with its process tree. */
  interrupt(thread: ThreadId): Promise<void>;
  health(): Promise<readonly ProviderHealth[]>;
  /** What a permission mode really does at a provider, for a person. */
  permissionMeans(provider: ProviderId, mode: PermissionMode): string;
  /** Runs calls with the same key one after another. */
  inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

export interface ToolContext extends ToolHost {
  readonly caller: Caller;
  readonly signal: AbortSignal;
}
