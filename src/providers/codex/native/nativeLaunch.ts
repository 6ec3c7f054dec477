import { threadMark } from '../../../core/agentMarks.ts';
import type { TerminalDoor } from './terminalDoor.ts';

/** Holds what opens the door to the host; worth nothing once the terminal has come in. */
const tokenVariable = 'AGENTDOCK_TERMINAL';

/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:9';
const ours = '127.0.0.1';
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap(name => [name, name.toLowerCase()]);

/** Of the terminal itself; what holds for the agent is the server's. */
const settings = [
  'check_for_update_on_startup=false',
  'analytics.enabled=false',
  'features.daemon_auto_start=false',
  'tui.resume_cwd="session"',
];

export function terminalArguments({ url }: TerminalDoor, sessionId: string): readonly string[] {
  return [
    ...['--remote', url, '--remote-auth-token-env', tokenVariable],
    ...settings.flatMap(setting => ['-c', setting]),
    ...['resume', sessionId],
  ];
}

export function terminalEnvironment(
  environment: Readonly<Record<string, string>>,
  { token }: TerminalDoor,
  threadId: string,
): Readonly<Record<string, string>> {
  return {
    ...environment,
    // What it looks for in the network on its own account, such as news of its maker's, no setting stops.
    ...Object.fromEntries(proxies.map(name => [name, nowhere])),
    ...{ NO_PROXY: ours, no_proxy: ours },
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    [threadMark]: threadId,
    [tokenVariable]: token,
  };
}
