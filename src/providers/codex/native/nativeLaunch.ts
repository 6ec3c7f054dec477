import { threadMark } from '../../../core/agentMarks.ts';
import { withoutProxyToUs } from '../../process/withoutProxyToUs.ts';
import type { TerminalDoor } from './terminalDoor.ts';

/** Holds what opens the door to the host; worth nothing once the terminal has come in. */
const tokenVariable = 'AGENTDOCK_TERMINAL';

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
    ...withoutProxyToUs(environment),
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    [threadMark]: threadId,
    [tokenVariable]: token,
  };
}
