import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { freePort } from '../../src/providers/opencode/freePort.ts';

/**
 * OpenCode behind a bad connection: `cuttingOpencode.ts REAL LOG ARGUMENTS…` runs the program REAL. It cuts the event
 * stream just before a permission is asked for and before the session says it is idle, and after each time the first
 * call of each of these paths too. What was cut is written to LOG.
 */
const [real = '', log = '', ...args] = process.argv.slice(2);
const paths = [/^\/permission$/, /^\/question$/, /^\/session\/status$/, /^\/session\/[^/]+\/message$/];
const marks = [/"permission\.asked"/, /"status":\{"type":"idle"/];
const due = new Set<RegExp>();

const cut = (what: RegExp, response: ServerResponse): void => {
  appendFileSync(log, `${what.source}\n`);
  response.destroy();
};

const passEvents = (answer: IncomingMessage, response: ServerResponse): void => {
  answer.on('data', (data: Buffer) => {
    const [mark] = marks;
    if (mark?.test(data.toString()) !== true) {
      response.write(data);
      return;
    }
    marks.shift();
    for (const path of paths) due.add(path);
    answer.destroy();
    cut(mark, response);
  });
  answer.on('end', () => response.end());
};

const pass = (inner: number, incoming: IncomingMessage, response: ServerResponse): void => {
  const { pathname } = new URL(incoming.url ?? '/', 'http://x');
  const path = [...due].find(one => one.test(pathname));
  if (path !== undefined) {
    due.delete(path);
    cut(path, response);
    return;
  }
  const { method, url, headers } = incoming;
  const outgoing = request({ host: '127.0.0.1', port: inner, method, path: url, headers }, answer => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    if (pathname === '/global/event') passEvents(answer, response);
    else answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
};

const at = args.indexOf('--port') + 1;
const port = Number(args[at]);
const inner = await freePort();
const child = spawn(real, args.toSpliced(at, 1, String(inner)), { stdio: ['ignore', 'pipe', 'inherit'] });
child.once('exit', code => process.exit(code ?? 1));
process.once('SIGTERM', () => child.kill());
child.stdout.on('data', (data: Buffer) => {
  const text = data.toString().replace(String(inner), String(port));
  const listen = createServer((incoming, response) => pass(inner, incoming, response));
  if (text.includes('listening on')) listen.listen(port, '127.0.0.1', () => process.stdout.write(text));
});
