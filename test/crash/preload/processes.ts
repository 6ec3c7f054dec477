import childProcess, { type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { begin, beginAll } from './crash.ts';
import { makeNamer, type Namer } from './frames.ts';

/** Wraps the start of programs, what is written to them and what they say. */
export function wrapProcesses(): void {
  const spawn = childProcess.spawn as (...args: unknown[]) => ChildProcess;
  const wrapped = (file: unknown, args: unknown, ...rest: unknown[]): ChildProcess => {
    const words = [basename(String(file)), ...(Array.isArray(args) ? args.slice(0, 1).map(String) : [])];
    const call = begin(`spawn ${words.join(' ')}`);
    call.reach('before');
    const child = spawn(file, args, ...rest);
    call.reach('after');
    const namer = makeNamer();
    if (child.stdin) wrapInput(child.stdin, namer);
    if (child.stdout) wrapOutput(child.stdout, namer);
    return child;
  };
  childProcess.spawn = wrapped as typeof childProcess.spawn;
}

function wrapInput(stdin: Writable, namer: Namer): void {
  const write = stdin.write.bind(stdin) as (...args: unknown[]) => boolean;
  const wrapped = (data: unknown, ...rest: unknown[]): boolean => {
    const call = beginAll(String(data).split('\n').flatMap(namer.sent));
    call.reach('before');
    const done = rest.at(-1);
    const others = typeof done === 'function' ? rest.slice(0, -1) : rest;
    // Called when the pipe has the bytes.
    return write(data, ...others, (error: unknown) => {
      call.reach('after');
      if (typeof done === 'function') done(error);
    });
  };
  stdin.write = wrapped as Writable['write'];
}

/** `before` here means: it was said, and nothing of the host has seen it. */
function wrapOutput(stdout: Readable, namer: Namer): void {
  let rest = '';
  const push = stdout.push.bind(stdout);
  stdout.push = (chunk: unknown, ...encoding) => {
    if (Buffer.isBuffer(chunk)) {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      beginAll(lines.flatMap(namer.told)).reach('before');
    }
    return push(chunk, ...encoding);
  };
}
