import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { threadMark } from '../../core/agentMarks.ts';

export interface ShellPlugin {
  readonly file: string;
  /** Commands of the session carry the thread's mark from here on. */
  bind(sessionId: string, threadId: string): Promise<void>;
}

/**
 * Writes the plugin that gives the agents' shells their environment: the thread's mark in, and out again what was
 * changed for the server only (its password first of all). `changed`: what the shells get instead, or nothing.
 *
 * It lies in a folder without package.json: with one, OpenCode does not load it and says nothing.
 */
export async function writeShellPlugin(
  folder: string,
  changed: Readonly<Record<string, string | undefined>>,
): Promise<ShellPlugin> {
  const threads = path.join(folder, 'threads');
  const file = path.join(folder, 'plugin', 'agentdock.mjs');
  await mkdir(threads, { recursive: true, mode: 0o700 });
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, pluginSource(threads, changed), { mode: 0o600 });
  return {
    file,
    bind: (sessionId, threadId) =>
      writeFile(path.join(threads, fileNameOf(sessionId)), threadId, { mode: 0o600 }),
  };
}

/** What differs in the server's environment, with the value the person's own shells have. */
export function changedFor(
  server: Readonly<Record<string, string>>,
  person: Readonly<Record<string, string>>,
  kept: readonly string[],
): Record<string, string | undefined> {
  const names = new Set([...Object.keys(server), ...Object.keys(person)]);
  return Object.fromEntries(
    [...names]
      .filter(name => server[name] !== person[name] && !kept.includes(name))
      .map(name => [name, person[name]]),
  );
}

/** Session ids are OpenCode's own; none of them becomes a path. */
function fileNameOf(sessionId: string): string {
  return Buffer.from(sessionId).toString('hex');
}

function pluginSource(threads: string, changed: Readonly<Record<string, string | undefined>>): string {
  const values = Object.entries(changed).map(
    ([name, value]) =>
      `  [${JSON.stringify(name)}, ${value === undefined ? 'undefined' : JSON.stringify(value)}],`,
  );
  return `// Written by AgentDock at each start of its OpenCode server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const values = [
${values.join('\n')}
];

const threadOf = sessionId => {
  try {
    return readFileSync(join(${JSON.stringify(threads)}, Buffer.from(sessionId).toString('hex')), 'utf8');
  } catch {
    return undefined;
  }
};

export const AgentDock = async ({ client }) => {
  // Sub-agents have sessions of their own, below the thread's.
  const parents = new Map();
  const parentOf = async sessionId => {
    if (!parents.has(sessionId)) {
      const answer = await client.session.get({ path: { id: sessionId } });
      parents.set(sessionId, answer.data?.parentID);
    }
    return parents.get(sessionId);
  };
  return {
    'shell.env': async ({ sessionID }, output) => {
      for (const [name, value] of values) output.env[name] = value;
      for (let id = sessionID; id !== undefined; id = await parentOf(id)) {
        const thread = threadOf(id);
        if (thread === undefined) continue;
        output.env.${threadMark} = thread;
        return;
      }
    },
  };
};
`;
}
