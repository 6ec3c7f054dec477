import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { PermissionMode } from '../../contracts/thread.ts';
import type { DriverCapabilities } from '../driver.ts';

export const permissionModeTexts: DriverCapabilities['permissionModes'] = {
  read_only:
    'Commands and edits run in Codex’s sandbox without write access and without network; whatever asks for more is refused.',
  ask: 'Commands run in Codex’s sandbox without network and without write access, except to `.agentdock/requests`; edits, and commands that need more, ask.',
  edit: 'Files in the working folder (not in `.git`) and temporary files may be written without asking, without network; whatever needs more asks.',
  full: 'No sandbox: every command and edit runs with your rights, and nothing asks.',
};

interface PermissionConfig {
  /** Rests on the thread; what a turn really gets is `turnProfile`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly turnProfile: string;
}

/**
 * A repository that the person trusts in Codex may add to a permission profile it can name; this one it cannot know.
 */
const suffix = randomBytes(6).toString('hex');
const readProfile = `agentdock-read-${suffix}`;
const askProfile = `agentdock-ask-${suffix}`;
const editProfile = `agentdock-edit-${suffix}`;

/**
 * A thread starts with Codex's own profile that cannot write, and the turn's profile takes its place. Codex would note a
 * thread that can write as the person's trust in the folder (config.toml), and then run the repository's own MCP servers;
 * and under a profile that denies something it looks for AGENTS.md and skills through sandboxed helpers: 0.3 s more.
 */
export function permissionConfig(
  mode: PermissionMode,
  folders: { readonly workspace: string; readonly runtimeDir: string },
): PermissionConfig {
  // The person's word: also without the hidden folders below, whose rules would stay in force.
  if (mode === 'full') {
    return { config: { default_permissions: ':read-only' }, turnProfile: ':danger-full-access' };
  }
  const dock = path.join(folders.workspace, '.agentdock');
  const read = {
    ':root': 'read',
    [dock]: 'read',
    [path.join(dock, 'state')]: 'deny',
    [folders.runtimeDir]: 'deny',
  };
  // Not for a reading thread: a request starts work in the person's default mode, which may change files.
  const ask = { ...read, [path.join(dock, 'requests')]: 'write' };
  const edit = { ...ask, ':project_roots': { '.': 'write' }, ':slash_tmp': 'write', ':tmpdir': 'write' };
  return {
    config: {
      default_permissions: ':read-only',
      permissions: {
        [readProfile]: { filesystem: read },
        [askProfile]: { filesystem: ask },
        [editProfile]: { filesystem: edit },
      },
    },
    turnProfile: { read_only: readProfile, ask: askProfile, edit: editProfile }[mode],
  };
}
