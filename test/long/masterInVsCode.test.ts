import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { shortProviderName } from '../../src/views/providerName.ts';
import { roles, rotate } from '../host/masterStory.ts';
import { providers } from '../host/turns.ts';
import { launchProfile } from '../rigs/browser.ts';
import { builtVsix } from '../rigs/builtVsix.ts';
import { startCodeServer } from '../rigs/codeServer.ts';
import { Workbench } from '../rigs/workbench.ts';
import { chosenProviders } from '../support/chosenProviders.ts';
import { waitFor } from '../support/waitFor.ts';
import { hostPids } from '../ui/hostPids.ts';
import { expectToldOnce, prepare, tellUnderKills } from './masterUnderKills.ts';

// The runner of the long tests chooses one and prints it.
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const disturbances = Number(process.env['ROUNDS'] ?? 6);

for (const provider of chosenProviders()) {
  test(`${provider} as master: VS Code is reloaded and the host killed at random, and in the end the tree shows how it is (SEED=${seed})`, async t => {
    const story = await prepare(t, provider);
    await using ending = new AsyncDisposableStack();
    const { workspace, env } = story.dock;
    const root = await realpath(await mkdtemp(join(tmpdir(), 'story-')));
    ending.defer(() => rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
    // Before the dock looks what is left: a window would start the next host.
    ending.defer(async () => {
      await story.window.client().stop();
      await waitFor('the host to end', async () => (await hostPids(workspace)).length === 0);
    });
    const serverRoot = join(root, 'server');
    await mkdir(serverRoot);
    const server = await startCodeServer({
      root: serverRoot,
      extensions: [await builtVsix()],
      environment: env,
    });
    ending.defer(server.stop);
    const browser = await launchProfile(join(root, 'profile'));
    ending.defer(() => browser.close());
    const vsCode = await Workbench.open({ browser, url: server.url, folder: workspace });
    await vsCode.showView('AgentDock');
    await vsCode.page.getByText('No threads yet').waitFor();

    const master = await tellUnderKills(story, { seed, disturbances, reload: () => vsCode.reload() });
    await vsCode.waitForRow(new RegExp(`^settings  ${shortProviderName(provider)} master · idle`));
    const cast = rotate(providers.indexOf(provider));
    for (const role of roles) {
      await vsCode.waitForRow(new RegExp(`^  ${role}  ${shortProviderName(cast[role])} · completed`));
    }
    const rows = await vsCode.rows();
    assert.equal(rows.filter(row => /idle|completed/.test(row)).length, 1 + roles.length);
    assert.deepEqual(
      rows.filter(row => row.includes('in doubt')),
      [],
    );
    await expectToldOnce(story, master);
  });
}
