import { mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { EffectiveSettings } from '../../../src/contracts/settings.ts';
import type { ToolReply } from '../../../src/contracts/tools.ts';
import { createSerializer } from '../../../src/host/serially.ts';
import { Claims } from '../../../src/tools/dropFolder/claims.ts';
import { DropFolder } from '../../../src/tools/dropFolder/dropFolder.ts';
import { knownFolder } from '../../../src/tools/dropFolder/knownFolder.ts';
import { followActive } from '../../../src/tools/followActive.ts';
import type { ToolHost } from '../../../src/tools/toolContext.ts';
import { makeStoreHarness } from '../../store/storeHarness.ts';
import { waitFor } from '../../support/waitFor.ts';
import { settings } from '../toolHarness.ts';

const key = Buffer.alloc(32, 7);

/** A drop folder over a real store, which can be served again and again as by one host after another. */
export async function makeDropHarness(t: TestContext, given: Partial<EffectiveSettings> = {}) {
  const harness = await makeStoreHarness(t);
  const workspace = await realpath(harness.workspace);
  const requests = join(workspace, '.agentdock', 'requests');
  const drops = join(workspace, '.agentdock', 'state', 'drops');
  await mkdir(requests, { recursive: true });
  const inRequests = (file: string) => join(requests, file);

  const serve = async () => {
    const store = await harness.open();
    const logged: string[] = [];
    const tools: ToolHost = {
      store,
      active: followActive(store),
      workspace,
      settings: { ...settings, ...given },
      pump: () => undefined,
      stepAside: () => () => undefined,
      isAside: () => false,
      interrupt: async () => undefined,
      health: async () => [],
      hasTerminal: () => true,
      unfitForTerminal: () => undefined,
      permissionMeans: (_provider, mode) => mode,
      inTurn: createSerializer(),
    };
    const log = (message: string) => void logged.push(message);
    const folder = new DropFolder({ tools, key, log, onFree: () => undefined });
    let isClosed = false;
    const close = async () => {
      if (isClosed) return;
      isClosed = true;
      await folder.close();
      await store.close();
    };
    t.after(close);
    await folder.recover();
    folder.start();
    return { store, tools, folder, logged, close };
  };

  return {
    ...harness,
    workspace,
    requests,
    drops,
    inRequests,
    serve,
    /** As after an earlier start of a host: what is dropped from now on counts. */
    serveKnown: async () => {
      await mkdir(drops, { recursive: true });
      await knownFolder({ drops, workspace, key }).markKnown();
      return serve();
    },
    claims: () => new Claims({ requests, drops }, key),
    /** As one should: written under another name, then renamed. */
    drop: async (name: string, content: unknown) => {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      await writeFile(inRequests(`.${name}.tmp`), text);
      await rename(inRequests(`.${name}.tmp`), inRequests(`${name}.json`));
    },
    result: (name: string): Promise<ToolReply> =>
      waitFor(`the result of ${name}`, async () => {
        const text = await readFile(inRequests(`${name}.result.json`), 'utf8').catch(() => undefined);
        return text === undefined ? undefined : (JSON.parse(text) as ToolReply);
      }),
    files: async () => (await readdir(requests)).filter(file => file !== '.gitignore').sort(),
    kept: async () => (await readdir(drops)).filter(file => file !== 'known'),
  };
}

export function spawnCall(task_name: string, more: object = {}) {
  return {
    tool: 'spawn_thread',
    args: { task_name, provider: 'codex', prompt: `Do ${task_name}.`, ...more },
  };
}

/** The thread that a successful reply names. */
export function threadIn(reply: ToolReply): string {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return (reply.result as { thread_id: string }).thread_id;
}

export function errorIn(reply: ToolReply): string {
  return reply.ok ? 'ok' : reply.error.code;
}
