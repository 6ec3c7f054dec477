import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes an `agentdock` command that runs `cliScript` with this very Node (or Electron as Node) into `folder`,
 * for people and agents who have neither on their PATH.
 */
export function writeLauncher(folder: string, cliScript: string, node: string = process.execPath): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(
    join(folder, 'agentdock'),
    `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quote(node)} ${quote(cliScript)} "$@"\n`,
    { mode: 0o755 },
  );
  writeFileSync(
    join(folder, 'agentdock.cmd'),
    `@echo off\r\nsetlocal\r\nset ELECTRON_RUN_AS_NODE=1\r\n"${node}" "${cliScript}" %*\r\n`,
  );
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
