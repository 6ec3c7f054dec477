import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { HostFile } from '../contracts/rpc.ts';
import { protocolVersion } from '../contracts/rpc.ts';
import type { UserSettings } from '../contracts/settings.ts';
import { isActive } from '../core/schedule.ts';
import { userFolder } from '../core/userFolder.ts';
import { userEnvironment } from '../providers/process/environment.ts';
import { startTimeOf } from '../providers/process/processTable.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { openThreadStore } from '../store/threadStore.ts';
import type { ToolHost } from '../tools/toolContext.ts';
import { type ConnectionHost, serveConnection } from './connection.ts';
import { createDrivers } from './createDrivers.ts';
import { makeEndpoint } from './endpoint.ts';
import { createChangeLog } from './fleetFeed.ts';
import { identifyCaller } from './identifyCaller.ts';
import { createIdleTimer } from './idleTimer.ts';
import { writeLauncher } from './launcher.ts';
import { loadSettings } from './loadSettings.ts';
import { createLog } from './log.ts';
import { createHealthCheck } from './providerHealth.ts';
import { recover } from './recover.ts';
import { createSerializer } from './serially.ts';
import { createTurnRunner } from './turnRunner.ts';

export interface HostOptions {
  readonly workspace: string;
  readonly version: string;
  /** Folder of the bundle: holds the command's script and the SQLite wasm. */
  readonly distDir: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly fromWindow: Partial<UserSettings>;
}

export interface Host {
  readonly endpoint: string;
  /** Settles when the host has ended. */
  readonly closed: Promise<void>;
  close(reason: string): Promise<void>;
}
