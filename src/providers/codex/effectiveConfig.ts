import { statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { ThreadId } from '../../contracts/ids.ts';
import { threadMark } from '../../core/agentMarks.ts';
import type { Connection } from './connection.ts';

const patterns = z.array(z.string()).nullish();

const layerSchema = z.looseObject({
  name: z.looseObject({ type: z.string() }),
  /** Set when Codex does not apply the layer: the person has not trusted the folder. */
  disabledReason: z.string().nullish(),
  config: z.looseObject({ mcp_servers: z.record(z.string(), z.unknown()).nullish() }),
});
type Layer = z.infer<typeof layerSchema>;

const configReadSchema = z.looseObject({
  config: z.looseObject({
    model_provider: z.string().nullish(),
    model_providers: z
      .record(z.string(), z.looseObject({ env_key: z.string().nullish() }))
      .nullish()
      .catch(undefined),
    project_root_markers: patterns.catch(undefined),
    shell_environment_policy: z
      .looseObject({ exclude: patterns, include_only: patterns })
      .nullish()
      .catch(undefined),
  }),
  layers: z.array(layerSchema).nullish(),
});
type EffectiveConfig = z.infer<typeof configReadSchema>;

/** The person's settings as they hold in a folder, and the layers they come from. */
export function readEffectiveConfig(connection: Connection, workingDir: string): Promise<EffectiveConfig> {
  return connection.call('config/read', { includeLayers: true, cwd: workingDir }, configReadSchema);
}

/** By default the shell of the model sees the whole environment, keys included. */
const secrets = ['*TOKEN*', '*KEY*', '*SECRET*', '*PASSWORD*'];

/** Keeps the person's own rules, hides secrets, and marks every process the agent starts. */
export function environmentPolicy({ config }: EffectiveConfig, threadId: ThreadId): Record<string, unknown> {
  const policy = config.shell_environment_policy;
  const only = policy?.include_only ?? [];
  return {
    exclude: [...new Set([...(policy?.exclude ?? []), ...secrets])],
    // Applied last by Codex: it would drop the mark.
    ...(only.length === 0 ? {} : { include_only: [...only, threadMark] }),
    set: { [threadMark]: threadId },
  };
}

/** MCP servers that the repository brings along, switched off: they would run as the person, outside the sandbox. */
export function withoutRepositoryServers(config: EffectiveConfig): Record<string, { enabled: false }> {
  const names = serversOf(config, layer => layer.name.type === 'project');
  return Object.fromEntries(names.map(name => [name, { enabled: false as const }]));
}

/** The names of all MCP servers that Codex reads from its settings. */
export function serverNames(config: EffectiveConfig): ReadonlySet<string> {
  return new Set(serversOf(config, () => true));
}

function serversOf({ layers }: EffectiveConfig, isMeant: (layer: Layer) => boolean): readonly string[] {
  return (layers ?? [])
    .filter(layer => !layer.disabledReason && isMeant(layer))
    .flatMap(layer => Object.keys(layer.config.mcp_servers ?? {}));
}

/**
 * What Codex takes for the root of a project, from which on it reads AGENTS.md. The empty `.git` that its sandbox lays
 * over a working folder without one is no root; a worktree's `.git` is a file, so there `.agentdock` says it.
 */
export function projectRootMarkers({ config }: EffectiveConfig, workspace: string): readonly string[] {
  const markers = config.project_root_markers ?? ['.git'];
  const isWorktree = statSync(path.join(workspace, '.git'), { throwIfNoEntry: false })?.isFile() ?? false;
  const real = markers.map(marker => (marker === '.git' ? '.git/HEAD' : marker));
  return isWorktree ? [...real, '.agentdock'] : real;
}
