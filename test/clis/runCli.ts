import { spawn } from 'node:child_process';

export interface CliRun {
  readonly binary: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Given on stdin, which is then closed: all three wait for its end. */
  readonly prompt: string;
}

/** Runs a CLI to its end and gives its stdout. A failure has both outputs in its message. */
export function runCli({ binary, args, cwd, env, prompt }: CliRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', code => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`Expected ${binary} to end with 0, got ${code}:\n${stdout}\n${stderr}`));
    });
    child.stdin.end(prompt);
  });
}
