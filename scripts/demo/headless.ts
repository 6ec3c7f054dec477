import { table } from '../../src/cli/io.ts';
import { complaints } from './complaints.ts';
import { type DemoOptions, inDemoWorld } from './demoWorld.ts';
import { unlessAborted } from './interruption.ts';
import { runFleet } from './runFleet.ts';

/** The main job without any VS Code; returns the exit code. */
export async function runHeadless(options: DemoOptions): Promise<number> {
  const { say } = options;
  return await inDemoWorld(options, async ({ client, signal }) => {
    say('Spawning one worker on each provider …');
    const fleet = await unlessAborted(runFleet(client, say), signal);
    say('');
    say(
      table([
        ['PROVIDER', 'STATE', 'TURNS', 'TIME', 'SESSION', 'RESULT'],
        ...fleet.map(({ provider, state, turns, seconds, session, result }) => [
          provider,
          state,
          String(turns),
          `${seconds.toFixed(1)} s`,
          session,
          result.replaceAll('\n', ' '),
        ]),
      ]),
    );
    const wrong = complaints(fleet);
    for (const complaint of wrong) say(`\n${complaint}`);
    return wrong.length === 0 ? 0 : 1;
  });
}
