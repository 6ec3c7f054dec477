import fs from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { begin, type Call } from './crash.ts';

/** As node-pty has it; `fd` is that of the terminal. */
interface Terminal {
  readonly fd: number;
  write(data: string): void;
  onExit(listener: () => void): unknown;
}
interface PtyModule {
  spawn(file: string, ...rest: readonly unknown[]): Terminal;
}
type Written = (error: NodeJS.ErrnoException | null, written: number, ...rest: readonly unknown[]) => void;

/** Wraps the start of programs in a pty, what is typed into them and their end. */
export function wrapTerminals(hostScript: string): void {
  // The very module that the host gets when it asks for it.
  const pty: PtyModule = createRequire(hostScript)('node-pty');
  const spawn = pty.spawn;
  const typed = new Map<number, Call[]>();
  pty.spawn = (file, ...rest) => {
    const name = basename(file);
    const call = begin(`pty spawn ${name}`);
    call.reach('before');
    const terminal = spawn(file, ...rest);
    call.reach('after');
    const { fd } = terminal;
    const calls: Call[] = [];
    typed.set(fd, calls);
    // The first to listen: nothing of the host has seen it.
    terminal.onExit(() => {
      typed.delete(fd);
      begin(`pty exit ${name}`).reach('before');
    });
    const write = terminal.write.bind(terminal);
    let line = 'nothing';
    terminal.write = data => {
      if (data !== '\r') line = kindOf(data);
      const keys = begin(`pty write ${data === '\r' ? `enter after ${line}` : line}`);
      keys.reach('before');
      calls.push(keys);
      write(data);
    };
    return terminal;
  };
  wrapWrites(typed);
}

/** node-pty writes to the terminal by itself, one after the other: `after` means that the terminal has it all. */
function wrapWrites(typed: ReadonlyMap<number, Call[]>): void {
  const original = fs.write as (...args: readonly unknown[]) => void;
  const write = (fd: number, data: unknown, ...rest: readonly unknown[]): void => {
    const [offset, done] = rest;
    if (!typed.has(fd) || !Buffer.isBuffer(data) || typeof done !== 'function') {
      original(fd, data, ...rest);
      return;
    }
    const written: Written = (error, count, ...others) => {
      const isWhole = error === null && Number(offset) + count >= data.length;
      if (isWhole) typed.get(fd)?.shift()?.reach('after');
      done(error, count, ...others);
    };
    original(fd, data, offset, written);
  };
  fs.write = write as typeof fs.write;
}

function kindOf(data: string): string {
  if (data === '\u0003') return 'ctrl-c';
  if (!data.startsWith('\u001b[200~')) return 'text';
  return data.includes('AgentDock:') ? 'pasted messages' : 'pasted prompt';
}
