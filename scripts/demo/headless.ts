import { table } from '../../src/cli/io.ts';
import { makeDemoWorld } from './demoWorld.ts';
import { connectToDemo, runFleet } from './runFleet.ts';

/** The main job without any VS Code; returns the exit code. */
export async function runHeadless(say: (line: string) => void): Promise<number> {
  const world = await makeDemoWorld(say);
  const client = connectToDemo(world);
  try {
    say('Spawning one worker on each provider …');
    const fleet = await runFleet(client, say);
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
    const failed = fleet.filter(({ state }) => state !== 'completed');
    for (const { provider, state, result } of failed) say(`\n${provider} is ${state}: ${result}`);
    return failed.length === 0 && fleet.length > 0 ? 0 : 1;
  } finally {
    await client.stop().catch(() => undefined);
    client.dispose();
    await world.dispose();
  }
}
