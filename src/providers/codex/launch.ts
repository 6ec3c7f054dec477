/** The version the driver is tested with; others work or say what is missing. */
export const testedVersion = '0.169.0';

/** Settings of the whole server, over the person's config.toml. Those of one thread are in threadOptions.ts. */
const settings = [
  'check_for_update_on_startup=false',
  'analytics.enabled=false',
  // Else a refused connection or a failed DNS lookup waits for ever.
  'features.unbounded_connection_retries=false',
  'features.daemon_auto_start=false',
  // AgentDock is the one that starts agents.
  'agents.enabled=false',
  // A login shell reads /etc/profile, which resets PATH.
  'allow_login_shell=false',
  // A thread is given up as soon as its turn has ended, so that other programs can resume it.
  'thread_unload_delay_secs=0',
];

export function appServerArgs(): readonly string[] {
  return ['app-server', ...settings.flatMap(setting => ['-c', setting])];
}

/** Set in all that one server starts, should it die before them. The host's own mark is the same for all its servers. */
export const serverMark = 'AGENTDOCK_SERVER';
