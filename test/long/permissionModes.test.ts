import { permissionModes } from '../../src/contracts/thread.ts';
import { hostForFile } from '../host/hostForFile.ts';
import { testPermissionMode } from '../person/permissionModeTests.ts';
import { chosenProviders } from '../support/chosenProviders.ts';

const host = hostForFile();
for (const provider of chosenProviders()) {
  for (const mode of permissionModes) testPermissionMode(provider, mode, host);
}
