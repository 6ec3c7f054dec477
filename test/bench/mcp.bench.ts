// The round trip of `list_threads` through the tool endpoint against an empty MCP server of the same SDK, each server
// in a process of its own, the clients in this one. Also a first contact: handshake and list of tools.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { type ToolEndpoint, toolServerName } from '../../src/contracts/toolEndpoint.ts';
import { openToolDoors } from '../../src/tools/mcp/toolDoors.ts';
import type { Owner } from '../support/owner.ts';
import { makeToolHarness, prepare, startedBy } from '../tools/toolHarness.ts';
import { makeOwner, milliseconds, report, type Sample } from './measure.ts';

const rounds = 5;
const callsPerRound = 200;
/** What a busy master has below it. */
const children = 10;

const servers = { empty: serveEmpty, agentdock: serveOurs } as const;
type Name = keyof typeof servers;
const endpointSchema = z.object({ url: z.string(), token: z.string() });

const served = process.argv[2];
if (served === undefined) await measure();
else if (served === 'empty' || served === 'agentdock') await serve(served);

/** Until the bench closes standard input. */
async function serve(name: Name): Promise<void> {
  const cleans: (() => Promise<void>)[] = [];
  const endpoint = await servers[name]({ after: clean => void cleans.push(clean) });
  console.log(JSON.stringify(endpoint));
  process.stdin.resume();
  await once(process.stdin, 'end');
  for (const clean of cleans) await clean();
  process.exit();
}

async function serveEmpty(): Promise<ToolEndpoint> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'empty', version: '1' });
    const inputSchema = z.object({});
    server.registerTool('list_threads', { description: 'Nothing.', inputSchema }, () => ({
      content: [{ type: 'text', text: '{}' }],
    }));
    return server;
  });
  const handle = toNodeHandler(handler);
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    void handle(Object.assign(request, { method, url, headers }), response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, token: 'none' };
}

async function serveOurs(owner: Owner): Promise<ToolEndpoint> {
  const { call, host, store } = await makeToolHarness(owner);
  const task = { task_name: 'a', provider: 'codex', prompt: 'go' };
  const master = await startedBy(call('spawn_thread', { ...task, role: 'master' }));
  await prepare(store, master);
  const why = 'the bench';
  for (let child = 0; child < children; child += 1) {
    await call('spawn_thread', task, { kind: 'agent', place: 'thread', thread: master.id, why });
  }
  const besides = { takeForReply: async () => undefined };
  const doors = await openToolDoors(() => ({ host, besides }));
  owner.after(() => doors.close());
  return doors.open(master.id);
}

async function measure(): Promise<void> {
  const owner = makeOwner();
  try {
    const names: readonly Name[] = ['empty', 'agentdock'];
    const endpoints = new Map<Name, ToolEndpoint>();
    const clients = new Map<Name, Client>();
    for (const name of names) {
      const endpoint = await start(name, owner);
      endpoints.set(name, endpoint);
      const client = await enter(endpoint);
      owner.after(() => client.close());
      clients.set(name, client);
    }
    const samples = names.map(name => ({ name: `${name}: call`, values: [] as number[] }));
    const contacts = names.map(name => ({ name: `${name}: first contact`, values: [] as number[] }));
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [at, name] of names.entries()) {
        const client = clients.get(name);
        const endpoint = endpoints.get(name);
        if (client === undefined || endpoint === undefined) continue;
        for (let index = 0; index < callsPerRound; index += 1) {
          const took = await milliseconds(() => client.callTool({ name: 'list_threads', arguments: {} }));
          if (round > 0) samples[at]?.values.push(took);
        }
        for (let index = 0; index < callsPerRound / 20; index += 1) {
          const took = await milliseconds(() => firstContact(endpoint));
          if (round > 0) contacts[at]?.values.push(took);
        }
      }
    }
    const print = (list: readonly Sample[]) => report('ms', list);
    print(samples);
    print(contacts);
  } finally {
    await owner.clean();
  }
}

async function start(name: Name, owner: Owner): Promise<ToolEndpoint> {
  const script = import.meta.filename;
  const child = spawn(process.execPath, [script, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  owner.after(async () => {
    child.stdin.end();
    await ended;
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return endpointSchema.parse(JSON.parse(String(line)));
}

async function enter({ url, token }: ToolEndpoint): Promise<Client> {
  const client = new Client({ name: toolServerName, version: '1' });
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

async function firstContact(endpoint: ToolEndpoint): Promise<void> {
  const client = await enter(endpoint);
  await client.listTools();
  await client.close();
}
