import { DockError } from '../contracts/errors.ts';

/** `permission_denied` for an agent that would start a host. */
export function hostNeedsPerson(mark: string): DockError {
  return new DockError('permission_denied', `A host is started by a person, and ${mark} marks an agent.`, {
    hint: 'Start it from a terminal of your own, or from a VS Code window that no agent opened.',
  });
}
