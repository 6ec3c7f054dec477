import type { TurnSink } from '../driver.ts';

/** Tells of program files of the repository that OpenCode runs whatever it is told. */
export function warnOfPlugins(plugins: readonly string[], sink: Pick<TurnSink, 'event'>): void {
  if (plugins.length === 0) return;
  const text = `OpenCode runs the plugins of this repository by itself, and AgentDock cannot stop it: ${plugins.join(', ')}`;
  sink.event({ type: 'notice', text });
}
