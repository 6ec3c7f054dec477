import { DockError } from '../contracts/errors.ts';
import type { LockOwner } from './lockOwner.ts';

/** Where only the endpoint names the owner, its number alone is known. */
type Holder = Pick<LockOwner, 'pid'> & Partial<Pick<LockOwner, 'host' | 'since'>>;

/** `conflict`, with the owner and why the lock was not taken. */
export class LockHeldError extends DockError {
  readonly owner: Holder | undefined;
  readonly why: 'living' | 'silent' | 'other_machine' | 'other_namespace' | 'unreadable';

  constructor(why: LockHeldError['why'], owner: Holder | undefined, file: string) {
    super('conflict', messageFor(why, owner), {
      hint: hintFor(why, owner, file),
      retryable: why === 'living',
    });
    this.owner = owner;
    this.why = why;
  }
}

function messageFor(why: LockHeldError['why'], owner: Holder | undefined): string {
  const who = owner === undefined ? '' : ` (${describe(owner)})`;
  switch (why) {
    case 'living':
      return `An AgentDock host has this workspace folder already${who}`;
    case 'silent':
      return `An AgentDock host has this workspace folder${who}; it lives, but does not answer`;
    case 'other_machine':
      return `This workspace folder is locked by an AgentDock host on another machine${who}`;
    case 'other_namespace':
      return `This workspace folder is locked by an AgentDock host in another container${who}`;
    case 'unreadable':
      return 'The lock of this workspace folder cannot be read';
  }
}

function describe({ pid, host, since }: Holder): string {
  return host === undefined ? `process ${pid}` : `process ${pid} on ${host}, since ${since}`;
}

function hintFor(why: LockHeldError['why'], owner: Holder | undefined, file: string): string {
  switch (why) {
    case 'living':
      return 'Connect to that host, or stop it with `agentdock host stop`.';
    case 'silent':
      return `End process ${owner?.pid ?? ''} if it is stuck, then try again.`;
    case 'other_machine':
    case 'other_namespace':
      return `Stop the host there. If you know that it is gone, remove ${file}.`;
    case 'unreadable':
      return `If no AgentDock host runs for this folder, remove ${file}.`;
  }
}
