import { toToolError } from '../contracts/errors.ts';
import { protocolVersion, type RequestResult } from '../contracts/rpc.ts';
import { damageText } from '../store/damage.ts';
import type { ToolHost } from '../tools/toolContext.ts';

export interface StatusParts {
  readonly tools: Pick<ToolHost, 'store' | 'active' | 'workspace' | 'settings'>;
  readonly version: string;
  readonly startedAt: string;
  readonly clients: number;
  /** What settings files hold and could not be used. */
  readonly problems: readonly string[];
}

/** What a host says of itself. */
export function hostStatus(parts: StatusParts): RequestResult<'status'> {
  const { store, active, workspace, settings } = parts.tools;
  return {
    pid: process.pid,
    version: parts.version,
    protocol: protocolVersion,
    workspace,
    epoch: store.epoch,
    started_at: parts.startedAt,
    clients: parts.clients,
    active: active.size,
    threads: store.threads().size,
    settings,
    ...(store.readOnly === undefined ? {} : { read_only: toToolError(store.readOnly) }),
    rejected_settings: [...parts.problems],
    damage: store.damage().map(damageText),
  };
}
