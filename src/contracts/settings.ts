import * as z from 'zod';
import { permissionModeSchema, permissionModes } from './thread.ts';

/**
 * From least to most. `read`: what a file in `.agentdock/requests/` asks for may look at threads. `spawn`: it may also
 * start, resume, write to and cancel some.
 */
export const dropRights = ['off', 'read', 'spawn'] as const;
export const dropRightsSchema = z.enum(dropRights);
export type DropRights = z.infer<typeof dropRightsSchema>;

/**
 * The person's settings: VS Code's user or machine settings, or `config.json` in the user's AgentDock folder for
 * those who use the command alone. Never read from a workspace.
 */
export const userSettingsSchema = z.object({
  /** Turns that run at once, over all providers. */
  max_running: z.number().int().min(1).max(64).default(6),
  /** Levels of threads below one that a person started. */
  max_depth: z.number().int().min(0).max(5).default(2),
  default_permission_mode: permissionModeSchema.default('ask'),
  /** Whether the person confirms each thread that starts with `full`. */
  confirm_full: z.boolean().default(true),
  /** Minutes without work and clients before the host ends itself. */
  idle_minutes: z.number().min(0).max(1440).default(10),
  /**
   * When a master at rest gets a turn with news of its threads: for each, once none of them is active, or never by
   * itself. What a thread waits for always wakes its master, except with `never`. So with a master that was cut.
   */
  wake_master: z.enum(['each', 'all_done', 'never']).default('each'),
  /** What may be asked for by a file in `.agentdock/requests/`. */
  drop_folder: dropRightsSchema.default('spawn'),
  codex_path: z.string().min(1).optional(),
  claude_path: z.string().min(1).optional(),
  opencode_path: z.string().min(1).optional(),
});
export type UserSettings = z.infer<typeof userSettingsSchema>;

const { max_running, max_depth, default_permission_mode, confirm_full } = userSettingsSchema.shape;
const { idle_minutes, wake_master, drop_folder } = userSettingsSchema.shape;

/** The settings somebody gave, and no defaults for the others: one source must not hide what another one gave. */
export const givenSettingsSchema = userSettingsSchema
  .extend({
    max_running: max_running.unwrap(),
    max_depth: max_depth.unwrap(),
    default_permission_mode: default_permission_mode.unwrap(),
    confirm_full: confirm_full.unwrap(),
    idle_minutes: idle_minutes.unwrap(),
    wake_master: wake_master.unwrap(),
    drop_folder: drop_folder.unwrap(),
  })
  .partial();

/** `.agentdock/config.json`: can only narrow what the user's settings allow. */
export const workspaceConfigSchema = z.strictObject({
  max_running: z.number().int().min(1).optional(),
  max_depth: z.number().int().min(0).optional(),
  highest_permission_mode: permissionModeSchema.optional(),
  drop_folder: dropRightsSchema.optional(),
});
export type WorkspaceConfig = z.infer<typeof workspaceConfigSchema>;

/** The settings in force in one workspace. */
export interface EffectiveSettings extends UserSettings {
  readonly highest_permission_mode: (typeof permissionModes)[number];
}

export function narrow(user: UserSettings, workspace: WorkspaceConfig): EffectiveSettings {
  const highest = workspace.highest_permission_mode ?? 'full';
  return {
    ...user,
    max_running: Math.min(user.max_running, workspace.max_running ?? user.max_running),
    max_depth: Math.min(user.max_depth, workspace.max_depth ?? user.max_depth),
    default_permission_mode: lesserMode(user.default_permission_mode, highest),
    highest_permission_mode: highest,
    drop_folder: lesserRights(user.drop_folder, workspace.drop_folder ?? 'spawn'),
  };
}

function lesserRights(a: DropRights, b: DropRights): DropRights {
  return dropRights.indexOf(a) <= dropRights.indexOf(b) ? a : b;
}

export function lesserMode<Mode extends (typeof permissionModes)[number]>(a: Mode, b: Mode): Mode {
  return permissionModes.indexOf(a) <= permissionModes.indexOf(b) ? a : b;
}
