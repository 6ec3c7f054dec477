import type { Command } from '../command.ts';
import { answer } from './answer.ts';
import { call } from './call.ts';
import { cancel } from './cancel.ts';
import { forget } from './forget.ts';
import { host } from './host.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { master } from './master.ts';
import { providers } from './providers.ts';
import { read } from './read.ts';
import { resume } from './resume.ts';
import { send } from './send.ts';
import { show } from './show.ts';
import { spawn } from './spawn.ts';
import { wait } from './wait.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  init,
  master,
  spawn,
  resume,
  send,
  answer,
  forget,
  list,
  show,
  read,
  wait,
  cancel,
  providers,
  host,
  call,
];
