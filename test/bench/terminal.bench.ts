// A thread's terminal against VS Code's own, in one window and in turns: a million lines, then a flood and Ctrl+C.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../../src/client/connect.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { userFolder } from '../../src/core/userFolder.ts';
import { version } from '../../src/core/version.ts';
import { makeWindowIdentity } from '../rigs/makeWindowIdentity.ts';
import type { TerminalPlace } from '../rigs/terminal.ts';
import type { Workbench } from '../rigs/workbench.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeDesk } from '../ui/desk.ts';
import { freezePage } from '../ui/freezePage.ts';
import { makeOwner, report, type Sample } from './measure.ts';
import { untilLineShown } from './untilLineShown.ts';

const rounds = 5;
/** Long enough for a terminal without flow control to be far behind. */
const floodMs = 5_000;

/** Begins at an Enter, or at once with `alone`; writes how many nanoseconds its million lines took. */
const program = `
if [ "$1" = alone ]; then until [ -e "$2" ]; do sleep 0.05; done; else echo ready; read -r go; fi
begin=$(date +%s%N); seq 1 1000000; echo $(($(date +%s%N) - begin)) > took.part; mv took.part took
echo SHOWN
[ "$1" = alone ] && exit
read -r go
trap 'echo; echo CAUGHT; exit' INT
yes
`;

const names = ["VS Code's terminal", "a thread's terminal"] as const;
const shown: Record<string, number[]> = {};
const caught: Record<string, number[]> = {};
const own: Record<string, number[]> = {};
const add = (to: Record<string, number[]>, name: string, value: number) => {
  to[name] = [...(to[name] ?? []), value];
};

const owner = makeOwner();
try {
  const desk = await makeDesk({ hasNoAgents: true }, owner);
  const folder = await desk.folder('bench');
  await initWorkspace(folder);
  await writeFile(join(folder, 'bench.sh'), program);
  const window = await desk.open(folder);
  await window.showView('AgentDock');
  await window.page.getByText('No agent was found').waitFor();
  const person = await makeWindowIdentity(userFolder(desk.env));
  const client = connect({ workspace: folder, kind: 'window', window: async () => person, version });
  owner.after(async () => client.dispose());
  const load = loadavg()[0]?.toFixed(1);

  for (let round = 0; round < rounds; round += 1) {
    add(own, 'nobody looks', await workAlone(client, folder));
    await window.runCommand('Terminal: Create New Terminal');
    await window.waitForTerminal(/\S/, 'panel');
    await window.typeIntoTerminal('sh bench.sh\n', 'panel');
    await measure(window, folder, names[0], 'panel');
    await window.runCommand('Terminal: Kill the Active Terminal Instance');
    await spawn(client, `seq ${round}`, 'sh bench.sh');
    await window.waitForRow(new RegExp(`^seq ${round} .*running`));
    await window.row(`seq ${round}`).click();
    await measure(window, folder, names[1], 'editor');
    const thaw = await freezePage(window.page);
    add(own, 'a viewer that stands still', await workAlone(client, folder));
    await thaw();
    add(caught, 'a client without a window', await catchAlone(client));
  }
  console.log(`load ${load} at the start, ${loadavg()[0]?.toFixed(1)} at the end`);
  console.log('\nseq 1 1000000, from Enter to the last line in the buffer');
  report('ms', samples(shown));
  console.log(`\nCtrl+C after ${floodMs / 1000} s of yes, until the program's answer is in the buffer`);
  report('ms', samples(caught));
  console.log("\nseq 1 1000000, the program's own time");
  report('ms', samples(own));
} finally {
  await owner.clean();
}

async function measure(window: Workbench, folder: string, name: string, place: TerminalPlace): Promise<void> {
  await window.waitForTerminal(/^ready$/m, place);
  const { page } = window;
  await rm(join(folder, 'took'), { force: true });
  await window.typeIntoTerminal('', place);
  const untilShown = await untilLineShown(page, place, 'SHOWN');
  await page.keyboard.press('Enter');
  add(shown, name, await untilShown());
  add(own, name, await ownTime(folder));
  await page.keyboard.press('Enter');
  await window.waitForTerminal(/^y$/m, place);
  await pause(floodMs);
  const untilCaught = await untilLineShown(page, place, 'CAUGHT');
  await page.keyboard.press('Control+c');
  add(caught, name, await untilCaught());
}

/** The program in a thread whose terminal is not open. */
async function workAlone(client: DockClient, folder: string): Promise<number> {
  await rm(join(folder, 'took'), { force: true });
  await rm(join(folder, 'go'), { force: true });
  await spawn(client, 'alone', 'sh bench.sh alone go');
  await writeFile(join(folder, 'go'), '');
  return await ownTime(folder);
}

/** From the key to the program's answer at a client: what AgentDock itself adds, without a window that draws. */
async function catchAlone(client: DockClient): Promise<number> {
  const thread = await spawn(client, 'flood', "trap 'echo CAUGHT; exit' INT; yes");
  const flooding = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const stop = client.follow(thread, ({ events, live }) => {
    if (live && events.some(({ type }) => type === 'output')) flooding.resolve();
    if (events.some(event => String(event['data']).includes('CAUGHT'))) answered.resolve();
  });
  await flooding.promise;
  await pause(floodMs);
  const begin = performance.now();
  client.write(thread, '\u0003');
  await answered.promise;
  stop();
  return performance.now() - begin;
}

async function ownTime(folder: string): Promise<number> {
  const read = () => readFile(join(folder, 'took'), 'utf8').catch(() => undefined);
  return Number(await waitFor('the program to end', read, { timeoutMs: 120_000 })) / 1e6;
}

async function spawn(client: DockClient, task_name: string, prompt: string): Promise<string> {
  return (await client.call('spawn_thread', { provider: 'command', task_name, prompt })).thread_id;
}

function samples(values: Readonly<Record<string, number[]>>): Sample[] {
  return Object.entries(values).map(([name, list]) => ({ name, values: list }));
}
