/** Scripts that run `cliScript` with a program that is Node, or VS Code's own as Node, whatever the paths hold. */
export function shellLauncher(node: string, cliScript: string): string {
  return `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(node)} ${quoted(cliScript)} "$@"\n`;
}

export function windowsLauncher(node: string, cliScript: string): string {
  return [
    '@echo off',
    'setlocal',
    'set "ELECTRON_RUN_AS_NODE=1"',
    `"${percent(node)}" "${percent(cliScript)}" %*`,
    '',
  ].join('\r\n');
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** In a batch file a percent sign of a path is written twice. */
function percent(path: string): string {
  return path.replaceAll('%', '%%');
}
