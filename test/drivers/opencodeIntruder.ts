import { chmod, readFile, writeFile } from 'node:fs/promises';
import { readProcessTable } from '../../src/providers/process/processTable.ts';

/** OpenCode's server as any program of the same user finds it: its password and its port are in /proc. */
export async function serverOf(runtimeDir: string, kind: 'serve' | 'terminal' = 'serve') {
  const { pid, password, port } = await find(runtimeDir, kind);
  const url = `http://127.0.0.1:${port}`;
  const headersFor = (directory: string) => ({
    authorization: `Basic ${btoa(`opencode:${password}`)}`,
    'content-type': 'application/json',
    'x-opencode-directory': directory,
  });
  return {
    pid,
    /** Answers the first open request of the folder. */
    answer: async (
      directory: string,
      kind: 'permission' | 'question',
      body: object,
      verb: 'reply' | 'reject' = 'reply',
    ): Promise<void> => {
      const headers = headersFor(directory);
      const open: unknown = await (await fetch(`${url}/${kind}`, { headers })).json();
      const [request] = open as { id: string }[];
      const target = `${url}/${kind}/${request?.id}/${verb}`;
      await fetch(target, { method: 'POST', headers, body: JSON.stringify(body) });
    },
    /** Adds a message to the session that nobody answers. */
    note: async (directory: string, session: string, text: string): Promise<void> => {
      const body = JSON.stringify({ noReply: true, parts: [{ type: 'text', text }] });
      const headers = headersFor(directory);
      const answer = await fetch(`${url}/session/${session}/message`, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`Expected OpenCode to take a message, got ${answer.status}.`);
      await answer.text();
    },
    /** A program that waits for an open permission of the folder and grants it. */
    writeAnswerer: async (file: string, directory: string): Promise<void> => {
      const source = `#!${process.execPath}
const url = ${JSON.stringify(url)};
const headers = ${JSON.stringify(headersFor(directory))};
const look = async () => {
  const [request] = await (await fetch(url + '/permission', { headers })).json();
  if (request === undefined) return setTimeout(look, 20);
  await fetch(url + '/permission/' + request.id + '/reply', { method: 'POST', headers, body: '{"reply":"once"}' });
};
look();
`;
      await writeFile(file, source);
      await chmod(file, 0o700);
    },
  };
}

async function find(runtimeDir: string, kind: 'serve' | 'terminal') {
  for (const { pid } of await readProcessTable()) {
    const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const password = /OPENCODE_SERVER_PASSWORD=([^\0]+)/.exec(text)?.[1];
    const port = /--port\0(\d+)/.exec(command)?.[1];
    if (command.includes('\0serve\0') !== (kind === 'serve')) continue;
    if (text.includes(runtimeDir) && password !== undefined && port !== undefined) {
      return { pid, password, port };
    }
  }
  throw new Error('Expected the server to run.');
}
