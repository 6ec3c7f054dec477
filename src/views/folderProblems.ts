import type { DockClient, Trouble } from '../client/dockClient.ts';
import { version } from '../core/version.ts';
import { t } from '../vscode/localize.ts';
import { safeLine } from './safeText.ts';

type Connection = Pick<DockClient, 'state' | 'trouble'> & {
  /** The folder the agents work in, where that is another than the one that is open. */
  readonly elsewhere?: string | undefined;
};

/**
 * What is wrong in the folders or unexpected, above the tree: one line, empty while all is well. A message takes the place of an empty
 * tree's advice on how to begin: what stands in nobody's way is said only where there are threads.
 */
export function problemMessage(folders: readonly Connection[], hasThreads: boolean): string {
  const offline = folders.flatMap(({ state }) =>
    state.kind === 'offline' ? [state.error.message, state.error.hint ?? ''] : [],
  );
  if (offline.length > 0) return t('Host offline: {0}', offline.join(' ').trim());
  const troubles = folders.flatMap(({ trouble }) => trouble ?? []);
  const readOnly = troubles.find(({ read_only }) => read_only !== undefined);
  if (readOnly !== undefined) return troubleText(readOnly);
  if (!hasThreads) return '';
  if (troubles[0] !== undefined) return troubleText(troubles[0]);
  const [other] = folders.flatMap(({ state }) =>
    state.kind === 'connected' ? (state.hostVersion ?? []) : [],
  );
  if (other !== undefined) return otherVersionText(other);
  const [elsewhere] = folders.flatMap(folder => folder.elsewhere ?? []);
  return elsewhere === undefined
    ? ''
    : t('This is a linked worktree: agents work in {0}', safeLine(elsewhere, 400));
}

function otherVersionText(hostVersion: string): string {
  return t(
    'The host runs AgentDock {0}, this window {1}. Restart it when it is idle: {2}',
    safeLine(hostVersion, 40),
    version,
    'agentdock host stop --when-idle',
  );
}

/** Beside the name of a folder. */
export function folderDescription({ state, trouble, elsewhere }: Connection): string | undefined {
  if (state.kind === 'offline') return t('host offline');
  if (state.kind === 'connecting') return t('connecting…');
  if (trouble?.read_only !== undefined) return t('read-only');
  if (trouble !== undefined) return t('state damaged');
  if (state.hostVersion !== undefined) return t('host {0}', safeLine(state.hostVersion, 40));
  return elsewhere === undefined ? undefined : t('works in {0}', safeLine(elsewhere, 400));
}

/** One sentence; the log has the rest. */
export function troubleText({ read_only, damage }: Trouble): string {
  if (read_only !== undefined) {
    const { message, hint = '' } = read_only;
    return t('Nothing can be changed: {0}', safeLine(`${message} ${hint}`, 400));
  }
  const [first = '', ...others] = damage;
  const text = t('Damage in the saved state: {0}', safeLine(first));
  return others.length === 0 ? text : t('{0} (and {1} more)', text, others.length);
}
