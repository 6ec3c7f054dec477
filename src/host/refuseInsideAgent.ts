import { agentMarks } from '../core/agentMarks.ts';
import { hostNeedsPerson } from '../core/hostNeedsPerson.ts';
import { ancestry } from '../providers/process/ancestry.ts';
import { readProcessTable } from '../providers/process/processTable.ts';
import { readEnvironments } from '../providers/process/readEnvironment.ts';

/**
 * Throws `permission_denied` when an agent stands above a starting host, whatever environment it gave its command: its
 * own keeps the mark. To be called while the starter waits, since it is the link to those above it.
 */
export async function refuseInsideAgent(pid: number): Promise<void> {
  // It hides environments: there only the starter's own is looked at.
  if (process.platform === 'win32') return;
  const line = ancestry(pid, await readProcessTable());
  const environments = await readEnvironments(line.map(entry => entry.pid));
  const [mark] = environments.flatMap((environment = {}) => agentMarks(environment));
  if (mark !== undefined) throw hostNeedsPerson(mark);
}
