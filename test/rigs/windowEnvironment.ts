import { userEnvironment } from '../../src/providers/process/environment.ts';

/**
 * The environment of a VS Code that a test starts: what the machine needs, with a HOME of the test's own. Nothing that
 * marks an agent, names other folders of the developer's, or belongs to the developer's own AgentDock.
 */
export function windowEnvironment(environment: NodeJS.ProcessEnv, home: string): Record<string, string> {
  const kept = Object.entries(userEnvironment(environment)).filter(
    ([name]) => !/^(XDG_\w+_HOME|AGENTDOCK_\w+)$/.test(name),
  );
  return { ...Object.fromEntries(kept), HOME: home };
}
